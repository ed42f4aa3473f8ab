// The hole, a byte a pixel, row after row: how it travels, and what a brush covers. Nothing here
// knows of the page.

export function packed(hole) { // a bit a pixel
  const bits = new Uint8Array(Math.ceil(hole.length / 8));
  for (let i = 0; i < hole.length; i++) if (hole[i]) bits[i >> 3] |= 128 >> (i & 7);
  return new DataView(bits.buffer);
}

export function unpacked(bits, count) {
  return Uint8Array.from({ length: count }, (_, i) => (bits.getUint8(i >> 3) & (128 >> (i & 7)) ? 1 : 0));
}

// Every pixel whose middle is within half a brush of the way between two points, as places in the
// hole; and the pixel of the last point, however thin the brush.
export function swept(from, to, diameter, h, w) {
  const radius = diameter / 2, places = [];
  const [dx, dy] = [to.x - from.x, to.y - from.y], length2 = dx * dx + dy * dy;
  const first = (a, b) => Math.max(0, Math.floor(Math.min(a, b) - radius));
  const last = (a, b, n) => Math.min(n - 1, Math.ceil(Math.max(a, b) + radius));
  for (let row = first(to.y, from.y); row <= last(to.y, from.y, h); row++) {
    for (let col = first(to.x, from.x); col <= last(to.x, from.x, w); col++) {
      const [x, y] = [col + 0.5 - from.x, row + 0.5 - from.y];
      const t = length2 ? Math.min(1, Math.max(0, (x * dx + y * dy) / length2)) : 0;
      if ((x - t * dx) ** 2 + (y - t * dy) ** 2 <= radius * radius) places.push(row * w + col);
    }
  }
  const [row, col] = [Math.floor(to.y), Math.floor(to.x)];
  if (row >= 0 && row < h && col >= 0 && col < w) places.push(row * w + col);
  return places;
}
