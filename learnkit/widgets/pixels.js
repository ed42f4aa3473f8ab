// The picture under a drawn hole. Everything here happens in the browser; Python is told when a
// stroke ends.
const ORANGE = [230, 159, 0];

function render({ model, el }) {
  const h = model.get("height"), w = model.get("width"), channels = model.get("grey") ? 1 : 3;
  const bytes = model.get("values");
  const values = new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
  const hole = new Uint8Array(h * w);
  const scale = Math.max(1, Math.floor(420 / Math.max(h, w)));
  const at = { row: Math.floor(h / 2), col: Math.floor(w / 2) };
  let painting = null; // the value that the pointer paints while it is down
  let count = 0; // pixels in the hole

  el.innerHTML = `<div class="learnkit-pixels">
    <canvas tabindex="0" role="img"></canvas>
    <div class="side">
      <span class="swatch"></span>
      <output aria-live="polite"></output>
      <label><input type="checkbox" class="cut" checked> cut the hole out</label><br>
      <button type="button" class="clear">Clear the hole</button>
      <p>Point at a pixel, or use the arrow keys. Drag, or press the space bar, to cut;
      start on the hole to mend it.</p>
    </div></div>`;
  const canvas = el.querySelector("canvas"), out = el.querySelector("output");
  const cut = el.querySelector(".cut"), swatch = el.querySelector(".swatch");
  canvas.width = w * scale;
  canvas.height = h * scale;
  const image = new ImageData(w, h), sheet = document.createElement("canvas"); // pixel for pixel
  [sheet.width, sheet.height] = [w, h];
  const ink = canvas.getContext("2d");

  function load() {
    const sent = model.get("holes");
    hole.set(new Uint8Array(sent.buffer, sent.byteOffset, sent.byteLength));
    mix();
    draw();
  }

  const level = (i, c) => Math.round(255 * values[i * channels + Math.min(c, channels - 1)]);

  function put(i, on) { // a pixel into the hole, or out of it
    count += on - hole[i];
    hole[i] = on;
    for (let c = 0; c < 3; c++) {
      const value = level(i, c);
      image.data[4 * i + c] = !on ? value : cut.checked ? 0 : 0.4 * value + 0.6 * ORANGE[c];
    }
  }

  function mix() {
    count = hole.reduce((sum, one) => sum + one, 0);
    for (let i = 0; i < h * w; i++) {
      put(i, hole[i]);
      image.data[4 * i + 3] = 255;
    }
  }

  function draw() {
    sheet.getContext("2d").putImageData(image, 0, 0);
    ink.imageSmoothingEnabled = false;
    ink.drawImage(sheet, 0, 0, w * scale, h * scale);
    for (const [width, shade] of [[4, "black"], [2, "white"]]) { // seen on any colour
      ink.lineWidth = width;
      ink.strokeStyle = shade;
      ink.strokeRect(at.col * scale, at.row * scale, scale, scale);
    }
    say();
  }

  function say() {
    const i = at.row * w + at.col;
    const names = channels === 1 ? ["grey"] : ["red", "green", "blue"];
    const lost = hole[i] && cut.checked;
    const lines = names.map((name, c) => {
      const value = values[i * channels + c].toFixed(3);
      return `${name.padEnd(6)}${lost ? `0.000  (was ${value})` : value}`;
    });
    out.textContent = `row ${at.row}, column ${at.col}\n${lines.join("\n")}\n` +
      `hole  ${hole[i] ? "True: to be filled" : "False: known"}\n${count} of ${h * w} pixels cut`;
    swatch.style.background = lost ? "black" : `rgb(${[0, 1, 2].map((c) => level(i, c)).join(",")})`;
    canvas.setAttribute("aria-label",
      `A picture of ${h} by ${w} pixels, ${count} of them cut out. Pixel at row ${at.row}, column ${at.col}.`);
  }

  function tell() {
    model.set("holes", new DataView(hole.slice().buffer));
    model.save_changes();
  }

  function paint(row, col) {
    for (let i = Math.max(0, row - 1); i <= Math.min(h - 1, row + 1); i++) {
      for (let j = Math.max(0, col - 1); j <= Math.min(w - 1, col + 1); j++) put(i * w + j, painting);
    }
  }

  function follow(event) {
    const from = { ...at }, box = canvas.getBoundingClientRect(); // it may be shown larger or smaller
    const place = (share, whole, rim, shown, n) =>
      Math.min(n - 1, Math.max(0, Math.floor((share * whole - rim) / shown * n)));
    at.row = place((event.clientY - box.top) / box.height, canvas.offsetHeight, canvas.clientTop, canvas.clientHeight, h);
    at.col = place((event.clientX - box.left) / box.width, canvas.offsetWidth, canvas.clientLeft, canvas.clientWidth, w);
    if (painting !== null) { // all the way since the last event: a fast stroke has no gaps
      const far = Math.max(1, Math.abs(at.row - from.row), Math.abs(at.col - from.col));
      const between = (a, b, k) => Math.round(a + (b - a) * k / far);
      for (let k = 0; k <= far; k++) paint(between(from.row, at.row, k), between(from.col, at.col, k));
    }
    draw();
  }

  canvas.addEventListener("pointermove", follow);
  canvas.addEventListener("pointerdown", (event) => {
    if (!event.isPrimary || event.button) return; // the right button has its menu
    canvas.setPointerCapture(event.pointerId);
    canvas.focus();
    painting = null;
    follow(event);
    painting = hole[at.row * w + at.col] ? 0 : 1;
    follow(event);
  });
  for (const end of ["pointerup", "pointercancel"]) {
    canvas.addEventListener(end, () => {
      if (painting !== null) tell();
      painting = null;
    });
  }
  canvas.addEventListener("keydown", (event) => {
    const step = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key];
    if (step) {
      at.row = Math.min(h - 1, Math.max(0, at.row + step[0]));
      at.col = Math.min(w - 1, Math.max(0, at.col + step[1]));
    } else if (event.key === " ") {
      put(at.row * w + at.col, hole[at.row * w + at.col] ? 0 : 1);
      tell();
    } else return;
    event.preventDefault();
    event.stopPropagation(); // JupyterLab has plans of its own for these keys
    draw();
  });
  cut.addEventListener("change", () => {
    mix();
    draw();
  });
  el.querySelector(".clear").addEventListener("click", () => {
    hole.fill(0);
    mix();
    tell();
    draw();
  });
  model.on("change:holes", load);
  load();
  return () => model.off("change:holes", load);
}

export default { render: guarded(render) };
