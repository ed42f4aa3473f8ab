// From a stroke's begin to its end, and what undoes it.
import { sendHole } from "./fills.js";
import { swept } from "./hole.js";
import { draw, setHole, setPixel, showStatus } from "./paper.js";
import { enlarge } from "./tiles.js";

const MOST_UNDO = 60; // holes to go back to: 15 MB of a 512 x 512 picture

export const isPainting = (view) => view.pen !== null;

export function begin(view, pen) {
  remember(view);
  [view.pen, view.stampedAt] = [pen, null];
  enlarge(view, null);
}

export function stamp(view, erasing = view.erasing) { // all along the way since the last stamp
  const { cursor, h, w } = view, from = view.stampedAt ?? cursor;
  for (const i of swept(from, cursor, view.model.get("size"), h, w)) setPixel(view, i, erasing ? 0 : 1);
  view.stampedAt = { ...cursor };
}

export function end(view) {
  if (!isPainting(view)) return;
  view.pen = null;
  const last = view.past.at(-1);
  if (view.hole.every((one, i) => one === last[i])) view.past.pop(); // it changed nothing: no step to undo
  sent(view);
}

function remember(view) {
  view.past.push(view.hole.slice());
  if (view.past.length > MOST_UNDO) view.past.shift();
  view.future = [];
}

export const undo = (view) => step(view, view.past, view.future);
export const redo = (view) => step(view, view.future, view.past);

function step(view, from, to) {
  if (!from.length || isPainting(view) || view.waiting) return;
  to.push(view.hole.slice());
  setHole(view, from.pop());
  sent(view);
}

export function clear(view) {
  if (isPainting(view) || view.waiting || !view.hole.includes(1)) return;
  remember(view);
  setHole(view, new Uint8Array(view.hole.length));
  sent(view);
}

function sent(view) {
  sendHole(view);
  showStatus(view);
  draw(view);
}

export function setErasing(view, on) {
  view.erasing = on;
  view.page.paint.setAttribute("aria-pressed", !on);
  view.page.erase.setAttribute("aria-pressed", on);
  showStatus(view);
  draw(view);
}

export function setSize({ model, page }, size) {
  model.set("size", Math.min(Number(page.size.max), Math.max(1, size)));
  model.save_changes();
}

export function showSize(view) {
  view.page.size.value = view.model.get("size");
  view.page.sizeText.textContent = `${view.model.get("size")} px`;
  draw(view);
}
