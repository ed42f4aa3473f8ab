// A picture to paint holes on, and a tile a method. The browser draws, at once; Python fills. What
// Python sends of a fill is the hole's pixels alone: everything else is known here.
const ORANGE = [230, 159, 0];
const MOST_UNDO = 60; // holes to go back to: 15 MB of a 512 x 512 picture
const PIECE = 2e6; // bytes; a message of more than 10 MB costs the connection to the kernel
const LIVE = 150; // ms; where all fills come faster than this, they follow while you still paint

const PAGE = `<div class="learnkit-brush">
  <div class="easel">
    <div class="row">
      <label>Picture <select class="pictures"></select></label>
      <label class="upload">Open yours&hellip;<input type="file" accept="image/*"></label>
    </div>
    <canvas class="paper" tabindex="0" role="application" aria-roledescription="picture to paint on"
      data-lm-suppress-shortcuts="true"></canvas>
    <p class="caption" aria-live="polite"></p>
    <div class="row">
      <button type="button" class="draw" aria-pressed="true">Paint</button>
      <button type="button" class="erase" aria-pressed="false">Erase</button>
      <button type="button" class="undo">Undo</button>
      <button type="button" class="redo">Redo</button>
      <button type="button" class="clear">Clear</button>
      <label class="width">Brush <input type="range" class="size" min="1"> <span></span></label>
    </div>
    <output aria-live="polite"></output>
    <p class="note" role="status"></p>
    <p class="help">Drag over the picture: what you paint is a hole, and every method fills it.</p>
    <details><summary>Keys</summary>Click the picture, then: arrows move (Shift: in larger steps; Home: the middle),
      space paints (hold it to draw a line), e paints or erases, [ and ] change the brush,
      Ctrl+Z undoes, Ctrl+Y redoes, Delete clears.</details>
  </div>
  <ul class="tiles"></ul>
</div>`;

function render({ model, el }) {
  el.innerHTML = PAGE;
  const find = (name) => el.querySelector(`.learnkit-brush ${name}`);
  const root = el.querySelector(".learnkit-brush"), paper = find(".paper"), out = find("output");
  const pictures = find(".pictures"), file = find("input[type=file]"), note = find(".note");
  const slider = find(".size"), tiles = new Map();
  const ink = paper.getContext("2d");
  let h, w, channels, scale; // of the picture, and CSS pixels for each of its pixels
  let truth, mixed, sheet; // RGBA of the picture, of it with its hole, and a canvas that holds this
  let hole, asked; // as painted now, and as Python knows it: a byte a pixel
  let at = { x: 0, y: 0 }, before = null; // the brush's middle, in pixels of the picture
  let pen = null, rubber = false; // which pointer paints now ("key" for the space bar)
  let seen = false; // is the brush's outline shown?
  let past = [], future = [], due = new Set(), began = 0, slowest = 0;
  let latest = "", mine = null, waiting = false, look = null, frame = 0, gone = false;

  // ---- pictures and holes from bytes ----------------------------------------------------------

  function canvasOf(wide, tall) {
    const canvas = document.createElement("canvas");
    canvas.width = wide;
    canvas.height = tall;
    return canvas;
  }

  function load() { // another picture, or a hole that Python set
    [h, w, channels] = model.get("shape");
    const bytes = model.get("pixels"), bits = model.get("packed"), longest = Math.max(h, w);
    scale = longest <= 560 ? Math.max(1, Math.floor(420 / longest)) : 560 / longest;
    truth = new ImageData(w, h);
    for (let i = 0; i < h * w; i++) {
      for (let c = 0; c < 3; c++) {
        truth.data[4 * i + c] = bytes.getUint8(i * channels + Math.min(c, channels - 1));
      }
      truth.data[4 * i + 3] = 255;
    }
    mixed = new ImageData(truth.data.slice(), w, h);
    sheet = canvasOf(w, h);
    hole = new Uint8Array(h * w);
    for (let i = 0; i < h * w; i++) if (bits.getUint8(i >> 3) & (128 >> (i & 7))) put(i, 1);
    asked = hole.slice();
    [past, future, pen, before, look, waiting] = [[], [], null, null, null, false];
    at = { x: w / 2, y: h / 2 };
    slider.max = Math.max(2, Math.floor(Math.min(h, w) / 2), model.get("size"));
    paper.style.width = `${w * scale}px`;
    for (const tile of tiles.values()) fit(tile);
    const first = tiles.get(null).picture.getContext("2d");
    first.putImageData(truth, 0, 0);
    listPictures();
    sized();
    expect();
    draw();
    say();
    caption();
  }

  function put(i, on) {
    hole[i] = on;
    for (let c = 0; c < 3; c++) mixed.data[4 * i + c] = on ? ORANGE[c] : truth.data[4 * i + c];
  }

  function setHole(next) {
    for (let i = 0; i < h * w; i++) if (hole[i] !== next[i]) put(i, next[i]);
  }

  // ---- drawing ----------------------------------------------------------------------------------

  function draw() {
    if (!frame) frame = requestAnimationFrame(() => { frame = 0; if (!gone) drawNow(); });
  }

  function drawNow() {
    const sharp = (window.devicePixelRatio || 1) * scale;
    const [wide, tall] = [Math.round(w * sharp), Math.round(h * sharp)];
    if (paper.width !== wide || paper.height !== tall) [paper.width, paper.height] = [wide, tall];
    sheet.getContext("2d").putImageData(mixed, 0, 0);
    ink.setTransform(1, 0, 0, 1, 0, 0);
    ink.imageSmoothingEnabled = sharp < 2; // small pictures show their pixels as squares
    ink.drawImage(look ? look.picture : sheet, 0, 0, wide, tall);
    if (!seen || look) return;
    ink.setTransform(sharp, 0, 0, sharp, 0, 0);
    for (const [line, shade] of [[3.5, "black"], [1.5, "white"]]) { // seen on any colour
      ink.lineWidth = line * (window.devicePixelRatio || 1) / sharp;
      ink.strokeStyle = shade;
      ink.setLineDash(rubber ? [0.6, 0.6] : []);
      ink.beginPath();
      ink.arc(at.x, at.y, Math.max(0.5, model.get("size") / 2), 0, 7);
      ink.stroke();
    }
  }

  function say() {
    const count = hole.reduce((sum, one) => sum + one, 0);
    const pixels = `${count} pixel${count === 1 ? "" : "s"}`;
    let words = count ? `${pixels} to fill` : "Nothing to fill: paint a hole on the picture";
    if (count && !model.get("chosen").length) words += "; tick a method, and it fills them";
    else if (count && latest) words += `; ${latest}`;
    out.textContent = words;
    paper.setAttribute("aria-label", `The picture ${model.get("picture")}, ${h} by ${w} pixels, ` +
      `${pixels} painted over. ${rubber ? "Eraser" : "Brush"} at row ${Math.floor(at.y)}, ` +
      `column ${Math.floor(at.x)}.`);
    for (const [name, off] of [["undo", !past.length], ["redo", !future.length], ["clear", !count]]) {
      find(`.${name}`).setAttribute("aria-disabled", off); // `disabled` itself would drop the focus
    }
  }

  // ---- the brush --------------------------------------------------------------------------------

  function stamp(on) { // every pixel whose middle is within half a brush of the way come since last
    const from = before || at, size = model.get("size"), reach = size / 2;
    const [dx, dy] = [at.x - from.x, at.y - from.y], length2 = dx * dx + dy * dy;
    const low = (a, b) => Math.max(0, Math.floor(Math.min(a, b) - reach));
    const bottom = Math.min(h - 1, Math.ceil(Math.max(at.y, from.y) + reach));
    const right = Math.min(w - 1, Math.ceil(Math.max(at.x, from.x) + reach));
    for (let row = low(at.y, from.y); row <= bottom; row++) {
      for (let col = low(at.x, from.x); col <= right; col++) {
        const [x, y] = [col + 0.5 - from.x, row + 0.5 - from.y];
        const t = length2 ? Math.min(1, Math.max(0, (x * dx + y * dy) / length2)) : 0;
        if ((x - t * dx) ** 2 + (y - t * dy) ** 2 <= reach * reach) put(row * w + col, on);
      }
    }
    const [row, col] = [Math.floor(at.y), Math.floor(at.x)]; // however thin the brush
    if (row >= 0 && row < h && col >= 0 && col < w) put(row * w + col, on);
    before = { ...at };
  }

  function remember() {
    past.push(hole.slice());
    if (past.length > MOST_UNDO) past.shift();
    future = [];
  }

  function begin(who) {
    remember();
    [pen, before] = [who, null];
    peek(null);
  }

  function end() {
    if (pen === null) return;
    pen = null;
    const last = past[past.length - 1];
    if (hole.every((one, i) => one === last[i])) past.pop(); // nothing came of it: no step to undo
    tell();
    say();
    draw();
  }

  function step(from, to) { // undo, or redo
    if (!from.length || pen !== null || waiting) return;
    to.push(hole.slice());
    setHole(from.pop());
    tell();
    say();
    draw();
  }

  function clear() {
    if (pen !== null || waiting || !hole.includes(1)) return;
    remember();
    setHole(new Uint8Array(h * w));
    tell();
    say();
    draw();
  }

  function erase(on) {
    rubber = on;
    find(".draw").setAttribute("aria-pressed", !on);
    find(".erase").setAttribute("aria-pressed", on);
    say();
    draw();
  }

  function resize(size) {
    model.set("size", Math.min(Number(slider.max), Math.max(1, size)));
    model.save_changes();
  }

  function sized() {
    slider.value = model.get("size");
    find(".width span").textContent = `${model.get("size")} px`;
    draw();
  }

  function place(event) {
    const box = paper.getBoundingClientRect(); // it may be shown smaller than it wants to be
    at = { x: (event.clientX - box.left) * w / box.width, y: (event.clientY - box.top) * h / box.height };
    seen = true;
  }

  const listen = (name, act) => paper.addEventListener(name, act);
  listen("pointerdown", (event) => {
    if (pen !== null || waiting || !event.isPrimary || (event.pointerType === "mouse" && event.button)) return;
    paper.setPointerCapture(event.pointerId);
    paper.focus({ preventScroll: true });
    begin(event.pointerId);
    place(event);
    stamp(rubber || event.buttons & 32 ? 0 : 1); // 32: the eraser's end of a pen
    say();
    draw();
  });
  listen("pointermove", (event) => {
    if (pen !== null && pen !== event.pointerId) return;
    place(event);
    if (pen !== null) {
      stamp(rubber || event.buttons & 32 ? 0 : 1);
      if (!due.size && slowest < LIVE) tell(); // else one round of fills at the stroke's end
      say();
    }
    draw();
  });
  for (const name of ["pointerup", "pointercancel", "lostpointercapture"]) {
    listen(name, (event) => { if (pen === event.pointerId) end(); });
  }
  listen("pointerleave", () => { seen = document.activeElement === paper; draw(); });
  listen("focus", () => { seen = true; draw(); });
  listen("blur", () => { seen = false; if (pen === "key") end(); draw(); });
  listen("contextmenu", (event) => { if (pen !== null) event.preventDefault(); }); // a long touch

  listen("keydown", (event) => {
    const way = { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] }[event.key];
    const key = event.key.toLowerCase(), command = event.ctrlKey || event.metaKey;
    if (way && !command) {
      const far = event.shiftKey ? Math.max(2, Math.round(Math.min(h, w) / 8)) : 1;
      const middle = (v, n) => Math.min(n - 0.5, Math.max(0.5, Math.floor(v) + 0.5));
      at = { x: middle(at.x + far * way[0], w), y: middle(at.y + far * way[1], h) };
      seen = true;
      if (pen === "key") stamp(rubber ? 0 : 1);
    } else if (key === "home") at = { x: Math.floor(w / 2) + 0.5, y: Math.floor(h / 2) + 0.5 };
    else if (command && key === "z") step(...(event.shiftKey ? [future, past] : [past, future]));
    else if (command && key === "y") step(future, past);
    else if (command || event.altKey) return;
    else if (key === " ") {
      if (pen === null && !waiting) {
        begin("key");
        stamp(rubber ? 0 : 1);
      }
    } else if (key === "e") erase(!rubber);
    else if (key === "[" || key === "]") resize(model.get("size") + (key === "]" ? 1 : -1));
    else if (key === "delete") clear();
    else return;
    event.preventDefault();
    event.stopPropagation(); // the notebook has plans of its own for these keys
    say();
    draw();
  });
  listen("keyup", (event) => { if (event.key === " " && pen === "key") end(); });

  for (const [name, act] of Object.entries({
    draw: () => erase(false), erase: () => erase(true), clear,
    undo: () => step(past, future), redo: () => step(future, past),
  })) find(`.${name}`).addEventListener("click", act);
  slider.addEventListener("input", () => resize(Number(slider.value)));

  // ---- to Python, and back ------------------------------------------------------------------------

  function tell() {
    const bits = new Uint8Array(Math.ceil(h * w / 8));
    for (let i = 0; i < h * w; i++) if (hole[i]) bits[i >> 3] |= 128 >> (i & 7);
    asked = hole.slice();
    mine = model.get("stroke") + 1;
    model.set("packed", new DataView(bits.buffer));
    model.set("stroke", mine);
    model.save_changes();
    expect();
  }

  function expect() { // from now on, tiles of older holes are stale
    due = new Set(model.get("chosen"));
    if (slowest >= LIVE) latest = "";
    [began, slowest] = [performance.now(), 0];
    for (const [name, tile] of tiles) tile.root.classList.toggle("due", due.has(name));
  }

  function stroke() { // a new hole: of Python's, or of another view's
    if (model.get("stroke") !== mine) load();
  }

  function heard(message, buffers) {
    if (message.kind === "note") note.textContent = message.words;
    if (message.kind !== "fill" || message.stroke !== model.get("stroke")) return;
    const tile = tiles.get(message.name), image = new ImageData(truth.data.slice(), w, h);
    for (let i = 0, k = 0; i < h * w && !message.failed; i++) {
      if (!asked[i]) continue;
      for (let c = 0; c < 3; c++) {
        image.data[4 * i + c] = buffers[0].getUint8(k * channels + Math.min(c, channels - 1));
      }
      k++;
    }
    tile.picture.getContext("2d").putImageData(image, 0, 0);
    [tile.score, tile.stroke] = [message.score, message.stroke];
    tile.words.textContent = message.words;
    tile.root.classList.toggle("failed", message.failed);
    tile.root.classList.remove("due");
    due.delete(message.name);
    slowest = performance.now() - began;
    rank(tile);
    if (look === tile) draw();
    caption();
  }

  function rank(newest) { // which of the chosen is best, if that is known; else what came last
    const rivals = [...tiles.values()].filter((one) => chosen(one) && one.score !== null);
    const best = due.size || rivals.length < 2 ? null : rivals.reduce((a, b) => (b.score > a.score ? b : a));
    for (const one of tiles.values()) one.root.classList.toggle("best", one === best);
    const one = best ?? newest ?? rivals[0];
    latest = one ? `${best ? "best: " : ""}${one.name}: ${one.words.textContent}` : "";
    say();
  }

  function caption() { // of what stands on the easel now
    find(".caption").textContent = look === null
      ? `${model.get("picture")}, ${h} x ${w} pixels: paint here`
      : `${look.name ?? "the truth"}${look.words.textContent ? `: ${look.words.textContent}` : ""}`;
  }

  // ---- tiles --------------------------------------------------------------------------------------

  const chosen = (tile) => tile.name !== null && model.get("chosen").includes(tile.name);

  function addTile(name) { // null is the truth's
    const tile = { name, root: document.createElement("li"), picture: canvasOf(1, 1), score: null };
    const label = document.createElement("label"), button = document.createElement("button");
    tile.box = document.createElement("input");
    tile.words = document.createElement("p");
    tile.box.type = "checkbox";
    tile.box.addEventListener("change", choose);
    label.append(...(name === null ? ["the truth"] : [tile.box, name]));
    button.type = "button";
    button.setAttribute("aria-label", `Show ${name === null ? "the truth" : `the fill of ${name}`} large`);
    button.setAttribute("aria-pressed", "false");
    button.addEventListener("click", () => peek(look === tile ? null : tile));
    button.append(tile.picture);
    tile.button = button;
    tile.root.append(label, button, tile.words);
    find(".tiles").append(tile.root);
    tiles.set(name, tile);
  }

  function fit(tile) {
    [tile.picture.width, tile.picture.height] = [w, h];
    const longest = Math.max(h, w);
    const wide = longest <= 70 ? w * Math.floor(140 / longest) : w * Math.min(1, 216 / longest);
    tile.picture.style.width = `${wide}px`;
    tile.root.style.width = `${Math.max(140, wide) + 4}px`;
    tile.picture.style.imageRendering = longest <= 70 ? "pixelated" : "auto";
    tile.score = tile.stroke = null;
    tile.words.textContent = "";
    tile.root.classList.remove("best", "failed");
  }

  function choose() {
    const names = model.get("methods").filter((name) => tiles.get(name).box.checked);
    const isFilled = (name) => tiles.get(name).stroke === model.get("stroke"); // Python sends it once
    const added = names.filter((name) => !model.get("chosen").includes(name) && !isFilled(name));
    model.set("chosen", names);
    model.save_changes();
    for (const name of added) due.add(name);
    for (const name of added) tiles.get(name).root.classList.add("due");
  }

  function chose() {
    for (const [name, tile] of tiles) {
      tile.box.checked = chosen(tile);
      tile.root.classList.toggle("off", name !== null && !chosen(tile));
      if (!chosen(tile)) due.delete(name);
    }
    if (look?.name && !chosen(look)) peek(null); // its tile is gone
    rank(null);
  }

  function peek(tile) {
    look = tile;
    for (const one of tiles.values()) one.button.setAttribute("aria-pressed", one === look);
    caption();
    draw();
  }

  // ---- pictures, yours too ------------------------------------------------------------------------

  function listPictures() {
    pictures.replaceChildren(...model.get("names").map((name) => new Option(name, name)));
    pictures.value = model.get("picture");
  }

  async function upload(one) {
    if (!one) return;
    const most = model.get("most_bytes"), key = String(Math.random());
    if (one.size > most) {
      note.textContent = `${one.name} has ${Math.round(one.size / 1e6)} MB, and at most ` +
        `${Math.round(most / 1e6)} MB are taken: make it smaller first.`;
      return;
    }
    note.textContent = `Opening ${one.name} …`;
    try {
      for (let from = 0; from === 0 || from < one.size; from += PIECE) {
        const bytes = await one.slice(from, from + PIECE).arrayBuffer();
        const told = { kind: "upload", key, name: one.name, bytes: one.size, last: from + PIECE >= one.size };
        model.send(told, undefined, [bytes]);
      }
    } catch {
      note.textContent = `${one.name} cannot be read: is it a folder?`;
    }
  }

  pictures.addEventListener("change", () => {
    if (pictures.value === model.get("picture")) return;
    waiting = true; // no stroke until the picture has come
    note.textContent = "";
    model.set("picture", pictures.value);
    model.save_changes();
  });
  file.addEventListener("change", async () => {
    await upload(file.files[0]);
    file.value = ""; // so that the same file can be opened again
  });
  root.addEventListener("dragover", (event) => event.preventDefault());
  root.addEventListener("drop", (event) => {
    event.preventDefault();
    event.stopPropagation();
    upload(event.dataTransfer.files[0]);
  });

  // ---- from the start to the end --------------------------------------------------------------------

  for (const name of [null, ...model.get("methods")]) addTile(name);
  const heeded = { "change:stroke": stroke, "change:chosen": chose, "change:names": listPictures,
    "change:size": sized, "msg:custom": heard };
  for (const [name, act] of Object.entries(heeded)) model.on(name, act);
  load();
  chose();
  model.send({ kind: "hello" }); // what was filled before this view was open
  return () => {
    gone = true;
    cancelAnimationFrame(frame);
    for (const [name, act] of Object.entries(heeded)) model.off(name, act);
  };
}

export default { render: guarded(render) };
