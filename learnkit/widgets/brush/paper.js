// The picture on the easel with its hole and the brush's outline, and the words round it.
import { ORANGE } from "../canvas.js";

export function setPixel(view, i, on) { // into the hole, or out of it
  const { hole, mixed, truth } = view;
  hole[i] = on;
  for (let c = 0; c < 3; c++) mixed.data[4 * i + c] = on ? ORANGE[c] : truth.data[4 * i + c];
}

export function setHole(view, next) {
  for (let i = 0; i < next.length; i++) if (view.hole[i] !== next[i]) setPixel(view, i, next[i]);
}

export function draw(view) { // once for each frame of the screen, however often it is asked for
  view.frame ||= requestAnimationFrame(() => {
    view.frame = 0;
    if (!view.closed) drawNow(view);
  });
}

function drawNow(view) {
  const { h, w, page: { paper } } = view;
  const sharp = (window.devicePixelRatio || 1) * view.scale;
  const [wide, tall] = [Math.round(w * sharp), Math.round(h * sharp)];
  if (paper.width !== wide || paper.height !== tall) [paper.width, paper.height] = [wide, tall];
  view.sheet.getContext("2d").putImageData(view.mixed, 0, 0);
  const ink = paper.getContext("2d");
  ink.setTransform(1, 0, 0, 1, 0, 0);
  ink.imageSmoothingEnabled = sharp < 2; // small pictures show their pixels as squares
  ink.drawImage(view.enlarged ? view.enlarged.picture : view.sheet, 0, 0, wide, tall);
  if (view.cursorShown && !view.enlarged) drawOutline(view, ink, sharp);
}

function drawOutline(view, ink, sharp) { // of the brush
  ink.setTransform(sharp, 0, 0, sharp, 0, 0);
  for (const [line, shade] of [[3.5, "black"], [1.5, "white"]]) { // seen on any colour
    ink.lineWidth = line * (window.devicePixelRatio || 1) / sharp;
    ink.strokeStyle = shade;
    ink.setLineDash(view.erasing ? [0.6, 0.6] : []);
    ink.beginPath();
    ink.arc(view.cursor.x, view.cursor.y, Math.max(0.5, view.model.get("size") / 2), 0, 7);
    ink.stroke();
  }
}

export function showStatus(view) {
  const { model, page, cursor } = view;
  const count = view.hole.reduce((sum, one) => sum + one, 0);
  const pixels = `${count} pixel${count === 1 ? "" : "s"}`;
  let words = count ? `${pixels} to fill` : "Nothing to fill: paint a hole on the picture";
  if (count && !model.get("chosen").length) words += "; tick a method, and it fills them";
  else if (count && view.latest) words += `; ${view.latest}`;
  page.status.textContent = words;
  page.paper.setAttribute("aria-label", `The picture ${model.get("picture")}, ${view.h} by ${view.w} pixels, ` +
    `${pixels} painted over. ${view.erasing ? "Eraser" : "Brush"} at row ${Math.floor(cursor.y)}, ` +
    `column ${Math.floor(cursor.x)}.`);
  const off = { undo: !view.past.length, redo: !view.future.length, clear: !count };
  for (const name of Object.keys(off)) {
    page[name].setAttribute("aria-disabled", off[name]); // `disabled` itself would drop the focus
  }
}

export function showCaption({ model, page, enlarged, h, w }) { // of what stands on the easel now
  const score = enlarged?.words.textContent;
  page.caption.textContent = enlarged
    ? `${enlarged.name ?? "the truth"}${score ? `: ${score}` : ""}`
    : `${model.get("picture")}, ${h} x ${w} pixels: paint here`;
}
