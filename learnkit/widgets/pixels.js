// The picture under a drawn hole. Everything here happens in the browser; Python is told when a
// stroke ends.
function render({ model, el }) {
  const h = model.get("height"), w = model.get("width"), channels = model.get("grey") ? 1 : 3;
  const bytes = model.get("values");
  const values = new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
  const hole = new Uint8Array(h * w);
  const scale = Math.max(2, Math.floor(420 / Math.max(h, w)));
  const at = { row: Math.floor(h / 2), col: Math.floor(w / 2) };
  let painting = null; // the value that the pointer paints while it is down

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
  const ink = canvas.getContext("2d");

  function load() {
    const sent = model.get("holes");
    hole.set(new Uint8Array(sent.buffer, sent.byteOffset, sent.byteLength));
    draw();
  }

  function colour(i) {
    const rgb = [0, 1, 2].map((c) => Math.round(255 * values[i * channels + Math.min(c, channels - 1)]));
    return `rgb(${rgb.join(",")})`;
  }

  function draw() {
    for (let i = 0; i < h * w; i++) {
      const row = Math.floor(i / w), col = i % w;
      ink.fillStyle = hole[i] && cut.checked ? "black" : colour(i);
      ink.fillRect(col * scale, row * scale, scale, scale);
      if (hole[i] && !cut.checked) {
        ink.fillStyle = "rgba(230, 159, 0, 0.6)";
        ink.fillRect(col * scale, row * scale, scale, scale);
      }
    }
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
    const count = hole.reduce((sum, one) => sum + one, 0);
    out.textContent = `row ${at.row}, column ${at.col}\n${lines.join("\n")}\n` +
      `hole  ${hole[i] ? "True: to be filled" : "False: known"}\n${count} of ${h * w} pixels cut`;
    swatch.style.background = lost ? "black" : colour(i);
    canvas.setAttribute("aria-label",
      `A picture of ${h} by ${w} pixels, ${count} of them cut out. Pixel at row ${at.row}, column ${at.col}.`);
  }

  function tell() {
    model.set("holes", new DataView(hole.slice().buffer));
    model.save_changes();
  }

  function paint() {
    for (let row = at.row - 1; row <= at.row + 1; row++) {
      for (let col = at.col - 1; col <= at.col + 1; col++) {
        if (row >= 0 && row < h && col >= 0 && col < w) hole[row * w + col] = painting;
      }
    }
  }

  function follow(event) {
    const box = canvas.getBoundingClientRect();
    const clamp = (x, n) => Math.min(n - 1, Math.max(0, Math.floor(x)));
    at.row = clamp((event.clientY - box.top - 1) / scale, h);
    at.col = clamp((event.clientX - box.left - 1) / scale, w);
    if (painting !== null) paint();
    draw();
  }

  canvas.addEventListener("pointermove", follow);
  canvas.addEventListener("pointerdown", (event) => {
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
      hole[at.row * w + at.col] ^= 1;
      tell();
    } else return;
    event.preventDefault();
    event.stopPropagation(); // JupyterLab has plans of its own for these keys
    draw();
  });
  cut.addEventListener("change", draw);
  el.querySelector(".clear").addEventListener("click", () => {
    hole.fill(0);
    tell();
    draw();
  });
  model.on("change:holes", load);
  load();
}

export default { render: guarded(render) };
