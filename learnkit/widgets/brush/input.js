// What a mouse, a finger, a pen and the keys do.
import { ARROWS } from "../canvas.js";
import { isLive, sendHole } from "./fills.js";
import { draw, showStatus } from "./paper.js";
import { begin, clear, end, isPainting, redo, setErasing, setSize, stamp, undo } from "./strokes.js";

const PEN_ERASER = 32; // the bit of event.buttons that stands for a pen's other end

export function listen(view) {
  const { paper, paint, erase, size } = view.page;
  const on = (name, act) => paper.addEventListener(name, act);
  on("pointerdown", (event) => pointerDown(view, event));
  on("pointermove", (event) => pointerMove(view, event));
  for (const name of ["pointerup", "pointercancel", "lostpointercapture"]) {
    on(name, (event) => { if (view.pen === event.pointerId) end(view); });
  }
  on("pointerleave", () => showCursor(view, document.activeElement === paper));
  on("focus", () => showCursor(view, true));
  on("blur", () => {
    if (view.pen === "key") end(view);
    showCursor(view, false);
  });
  on("contextmenu", (event) => { if (isPainting(view)) event.preventDefault(); }); // a long touch
  on("keydown", (event) => keyDown(view, event));
  on("keyup", (event) => { if (event.key === " " && view.pen === "key") end(view); });
  for (const [name, act] of Object.entries({ undo, redo, clear })) {
    view.page[name].addEventListener("click", () => act(view));
  }
  paint.addEventListener("click", () => setErasing(view, false));
  erase.addEventListener("click", () => setErasing(view, true));
  size.addEventListener("input", () => setSize(view, Number(size.value)));
}

function showCursor(view, shown) {
  view.cursorShown = shown;
  draw(view);
}

function place(view, event) {
  const box = view.page.paper.getBoundingClientRect(); // it may be shown smaller than it wants to be
  const [x, y] = [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height];
  view.cursor = { x: x * view.w, y: y * view.h };
  view.cursorShown = true;
}

const erases = (view, event) => view.erasing || Boolean(event.buttons & PEN_ERASER);

function pointerDown(view, event) {
  const isOtherButton = event.pointerType === "mouse" && event.button;
  if (isPainting(view) || view.waiting || !event.isPrimary || isOtherButton) return;
  view.page.paper.setPointerCapture(event.pointerId);
  view.page.paper.focus({ preventScroll: true });
  begin(view, event.pointerId);
  place(view, event);
  stamp(view, erases(view, event));
  showStatus(view);
  draw(view);
}

function pointerMove(view, event) {
  if (isPainting(view) && view.pen !== event.pointerId) return;
  place(view, event);
  if (isPainting(view)) {
    stamp(view, erases(view, event));
    if (isLive(view)) sendHole(view); // else one round of fills at the stroke's end
    showStatus(view);
  }
  draw(view);
}

function keyDown(view, event) {
  if (!actOnKey(view, event)) return;
  event.preventDefault();
  event.stopPropagation(); // the notebook has plans of its own for these keys
  showStatus(view);
  draw(view);
}

function actOnKey(view, event) { // says whether the key means something here
  const key = event.key.toLowerCase(), command = event.ctrlKey || event.metaKey;
  const arrow = ARROWS[event.key];
  if (arrow && !command) moveCursor(view, arrow, event.shiftKey);
  else if (key === "home") view.cursor = { x: middle(view.w / 2, view.w), y: middle(view.h / 2, view.h) };
  else if (command && key === "z") (event.shiftKey ? redo : undo)(view);
  else if (command && key === "y") redo(view);
  else if (command || event.altKey) return false;
  else if (key === " ") startLine(view);
  else if (key === "e") setErasing(view, !view.erasing);
  else if (key === "[" || key === "]") setSize(view, view.model.get("size") + (key === "]" ? 1 : -1));
  else if (key === "delete") clear(view);
  else return false;
  return true;
}

const middle = (v, n) => Math.min(n - 0.5, Math.max(0.5, Math.floor(v) + 0.5)); // of a pixel

function moveCursor(view, [right, down], isFar) {
  const step = isFar ? Math.max(2, Math.round(Math.min(view.h, view.w) / 8)) : 1;
  const { x, y } = view.cursor;
  view.cursor = { x: middle(x + step * right, view.w), y: middle(y + step * down, view.h) };
  view.cursorShown = true;
  if (view.pen === "key") stamp(view);
}

function startLine(view) { // the space bar repeats while it is held
  if (isPainting(view) || view.waiting) return;
  begin(view, "key");
  stamp(view);
}
