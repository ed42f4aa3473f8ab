// The picture under a drawn hole. Everything here happens in the browser; Python is told when a
// stroke ends.
import { ARROWS, canvasOf, ORANGE } from "./canvas.js";
import { guarded } from "./keys.js";

const PAGE = `<div class="learnkit-pixels">
  <canvas tabindex="0" role="img"></canvas>
  <div class="side">
    <span class="swatch"></span>
    <output aria-live="polite"></output>
    <label><input type="checkbox" class="cut" checked> cut the hole out</label><br>
    <button type="button" class="clear">Clear the hole</button>
    <p>Point at a pixel, or use the arrow keys. Drag, or press the space bar, to cut;
    start on the hole to mend it.</p>
  </div></div>`;

function newView(model, el) {
  el.innerHTML = PAGE;
  const h = model.get("height"), w = model.get("width"), bytes = model.get("values");
  const scale = Math.max(1, Math.floor(420 / Math.max(h, w)));
  const canvas = el.querySelector("canvas");
  [canvas.width, canvas.height] = [w * scale, h * scale];
  return {
    model, canvas, h, w,
    output: el.querySelector("output"), swatch: el.querySelector(".swatch"),
    cut: el.querySelector(".cut"), clear: el.querySelector(".clear"),
    scale, // CSS pixels for each of the picture's
    channels: model.get("grey") ? 1 : 3,
    values: new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength)),
    image: new ImageData(w, h), // what is shown, pixel for pixel,
    sheet: canvasOf(w, h), // and a canvas that holds it
    hole: new Uint8Array(h * w), // 1 = to be filled
    count: 0, // pixels in the hole
    cursor: { row: Math.floor(h / 2), col: Math.floor(w / 2) },
    painting: null, // the value that the pointer paints while it is down
  };
}

// ---- drawing --------------------------------------------------------------------------------------

const cursorPlace = ({ cursor, w }) => cursor.row * w + cursor.col;

const level = ({ values, channels }, i, c) =>
  Math.round(255 * values[i * channels + Math.min(c, channels - 1)]);

function setPixel(view, i, on) { // into the hole, or out of it
  view.count += on - view.hole[i];
  view.hole[i] = on;
  for (let c = 0; c < 3; c++) {
    const value = level(view, i, c);
    view.image.data[4 * i + c] = !on ? value : view.cut.checked ? 0 : 0.4 * value + 0.6 * ORANGE[c];
  }
}

function setHole(view, hole) {
  for (let i = 0; i < hole.length; i++) {
    setPixel(view, i, hole[i]);
    view.image.data[4 * i + 3] = 255;
  }
  draw(view);
}

function draw(view) {
  const { canvas, sheet, scale, cursor, h, w } = view, ink = canvas.getContext("2d");
  sheet.getContext("2d").putImageData(view.image, 0, 0);
  ink.imageSmoothingEnabled = false;
  ink.drawImage(sheet, 0, 0, w * scale, h * scale);
  for (const [width, shade] of [[4, "black"], [2, "white"]]) { // seen on any colour
    ink.lineWidth = width;
    ink.strokeStyle = shade;
    ink.strokeRect(cursor.col * scale, cursor.row * scale, scale, scale);
  }
  showPixel(view);
}

function showPixel(view) { // in words: the one under the cursor
  const { values, channels, hole, cursor, count, h, w } = view, i = cursorPlace(view);
  const names = channels === 1 ? ["grey"] : ["red", "green", "blue"];
  const lost = hole[i] && view.cut.checked;
  const lines = names.map((name, c) => {
    const value = values[i * channels + c].toFixed(3);
    return `${name.padEnd(6)}${lost ? `0.000  (was ${value})` : value}`;
  });
  view.output.textContent = `row ${cursor.row}, column ${cursor.col}\n${lines.join("\n")}\n` +
    `hole  ${hole[i] ? "True: to be filled" : "False: known"}\n${count} of ${h * w} pixels cut`;
  view.swatch.style.background = lost ? "black" : `rgb(${[0, 1, 2].map((c) => level(view, i, c)).join(",")})`;
  view.canvas.setAttribute("aria-label", `A picture of ${h} by ${w} pixels, ${count} of them cut out. ` +
    `Pixel at row ${cursor.row}, column ${cursor.col}.`);
}

// ---- painting -------------------------------------------------------------------------------------

function sendHole({ model, hole }) {
  model.set("holes", new DataView(hole.slice().buffer));
  model.save_changes();
}

function paint(view, row, col) { // 3 x 3 pixels
  const { h, w, painting } = view;
  for (let i = Math.max(0, row - 1); i <= Math.min(h - 1, row + 1); i++) {
    for (let j = Math.max(0, col - 1); j <= Math.min(w - 1, col + 1); j++) setPixel(view, i * w + j, painting);
  }
}

const clamped = (v, n) => Math.min(n - 1, Math.max(0, v));

function place({ canvas, h, w }, event) { // the pixel under the pointer
  const box = canvas.getBoundingClientRect(); // it may be shown larger or smaller
  const [right, down] = [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height];
  const [x, y] = [right * canvas.offsetWidth - canvas.clientLeft, down * canvas.offsetHeight - canvas.clientTop];
  return {
    row: clamped(Math.floor(y / canvas.clientHeight * h), h),
    col: clamped(Math.floor(x / canvas.clientWidth * w), w),
  };
}

function follow(view, event) {
  const from = view.cursor, to = place(view, event);
  view.cursor = to;
  if (view.painting !== null) { // all the way since the last event: a fast stroke has no gaps
    const far = Math.max(1, Math.abs(to.row - from.row), Math.abs(to.col - from.col));
    const between = (a, b, k) => Math.round(a + (b - a) * k / far);
    for (let k = 0; k <= far; k++) paint(view, between(from.row, to.row, k), between(from.col, to.col, k));
  }
  draw(view);
}

function pointerDown(view, event) {
  if (!event.isPrimary || event.button) return; // the right button has its menu
  view.canvas.setPointerCapture(event.pointerId);
  view.canvas.focus();
  view.painting = null;
  follow(view, event);
  view.painting = view.hole[cursorPlace(view)] ? 0 : 1;
  follow(view, event);
}

function pointerUp(view) {
  if (view.painting !== null) sendHole(view);
  view.painting = null;
}

function keyDown(view, event) {
  const { cursor, h, w } = view, arrow = ARROWS[event.key], i = cursorPlace(view);
  if (arrow) {
    const [right, down] = arrow;
    view.cursor = { row: clamped(cursor.row + down, h), col: clamped(cursor.col + right, w) };
  } else if (event.key === " ") {
    setPixel(view, i, view.hole[i] ? 0 : 1);
    sendHole(view);
  } else return;
  event.preventDefault();
  event.stopPropagation(); // JupyterLab has plans of its own for these keys
  draw(view);
}

function listen(view) {
  const { canvas, cut, clear, hole } = view;
  canvas.addEventListener("pointermove", (event) => follow(view, event));
  canvas.addEventListener("pointerdown", (event) => pointerDown(view, event));
  for (const end of ["pointerup", "pointercancel"]) canvas.addEventListener(end, () => pointerUp(view));
  canvas.addEventListener("keydown", (event) => keyDown(view, event));
  cut.addEventListener("change", () => setHole(view, hole));
  clear.addEventListener("click", () => {
    setHole(view, new Uint8Array(hole.length));
    sendHole(view);
  });
}

function render({ model, el }) {
  const view = newView(model, el);
  const load = () => {
    const sent = model.get("holes");
    setHole(view, new Uint8Array(sent.buffer, sent.byteOffset, sent.byteLength));
  };
  listen(view);
  model.on("change:holes", load);
  load();
  return () => model.off("change:holes", load);
}

export default { render: guarded(render) };
