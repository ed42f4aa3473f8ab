// What several widgets draw with: canvases, pictures from the bytes that Python sends, and the ways
// that the arrow keys point.
export const ORANGE = [230, 159, 0]; // of a hole, as in show.py
export const ARROWS = { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] };

export function canvasOf(width, height) {
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [width, height];
  return canvas;
}

// What a canvas takes, of a DataView that holds 1 byte (grey) or 3 a pixel, row after row.
export function imageDataOf(bytes, height, width, channels) {
  const image = new ImageData(width, height);
  for (let i = 0; i < height * width; i++) {
    for (let c = 0; c < 3; c++) {
      image.data[4 * i + c] = bytes.getUint8(i * channels + Math.min(c, channels - 1));
    }
    image.data[4 * i + 3] = 255;
  }
  return image;
}
