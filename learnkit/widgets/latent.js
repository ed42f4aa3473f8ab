// The latent plane with its atlas, and a point to drag. The browser draws; Python decodes. At most
// one point is on its way to Python at any time: the next is sent when its picture has come.
const LEFT = 40, BELOW = 40, EDGE = 8; // room round the plane, for its axes and half a marker

function render({ model, el }) {
  const extent = model.get("extent"), cells = model.get("cells");
  const [h, w, channels] = model.get("shape");
  const side = Math.min(480, Math.max(360, cells * Math.max(h, w)));
  const at = { x: model.get("point")[0], y: model.get("point")[1] };
  const sent = { x: at.x, y: at.y };
  let waiting = false, dragging = false;

  el.innerHTML = `<div class="learnkit-latent">
    <canvas class="map" tabindex="0" role="application" aria-roledescription="point in a plane"></canvas>
    <div class="side">
      <canvas class="picture" role="img"></canvas>
      <output aria-live="polite"></output>
      <p class="error" role="alert"></p>
      <div class="dots" hidden>
        <label><input type="checkbox" class="dotted" checked> show where pictures were encoded to</label>
        <ul class="legend"></ul>
      </div>
      <p class="help">Drag the point, or use the arrow keys (with Shift in larger steps; Home
      goes to the middle).</p>
    </div></div>`;
  const find = (name) => el.querySelector(`.learnkit-latent ${name}`);
  const map = find(".map"), picture = find(".picture"), out = find("output");
  const error = find(".error"), dotted = find(".dotted");
  const sharp = window.devicePixelRatio || 1;
  const wide = LEFT + side + EDGE, tall = EDGE + side + BELOW;
  map.width = wide * sharp;
  map.height = tall * sharp;
  map.style.width = `${wide}px`;
  const ink = map.getContext("2d");
  picture.width = w;
  picture.height = h;
  picture.style.width = `${w * Math.max(1, Math.floor(320 / Math.max(h, w)))}px`;

  // ---- from bytes to pictures -----------------------------------------------------------------

  function painted(bytes, height, width) {
    const image = new ImageData(width, height);
    for (let i = 0; i < height * width; i++) {
      for (let c = 0; c < 3; c++) {
        image.data[4 * i + c] = bytes.getUint8(i * channels + Math.min(c, channels - 1));
      }
      image.data[4 * i + 3] = 255;
    }
    return image;
  }

  function sheet(draw, width, height) {
    const canvas = document.createElement("canvas");
    canvas.width = width;
    canvas.height = height;
    draw(canvas.getContext("2d"));
    return canvas;
  }

  const atlas = sheet((c) => c.putImageData(painted(model.get("atlas"), cells * h, cells * w), 0, 0),
    cells * w, cells * h);
  const places = model.get("places"), kinds = model.get("kinds"), count = kinds.byteLength;
  const across = (x) => side * (x + extent) / (2 * extent), down = (y) => side * (extent - y) / (2 * extent);
  const dots = sheet((c) => {
    c.scale(sharp, sharp);
    c.lineWidth = 0.5;
    c.strokeStyle = "white";
    for (let i = 0; i < count; i++) {
      c.beginPath();
      c.arc(across(places.getFloat32(8 * i, true)), down(places.getFloat32(8 * i + 4, true)), 2.4, 0, 7);
      c.fillStyle = model.get("colours")[kinds.getUint8(i)];
      c.fill();
      c.stroke();
    }
  }, side * sharp, side * sharp);
  if (count) {
    find(".dots").hidden = false;
    model.get("names").forEach((name, kind) => {
      const entry = document.createElement("li"), spot = document.createElement("span");
      spot.style.background = model.get("colours")[kind];
      entry.append(spot, name);
      find(".legend").append(entry);
    });
  }

  // ---- drawing ------------------------------------------------------------------------------------

  function drawMap() {
    const text = getComputedStyle(el).color || "black";
    ink.setTransform(sharp, 0, 0, sharp, 0, 0);
    ink.clearRect(0, 0, wide, tall);
    ink.translate(LEFT, EDGE);
    ink.fillStyle = "white";
    ink.fillRect(0, 0, side, side);
    ink.imageSmoothingEnabled = cells * Math.max(h, w) > side * sharp; // no fewer pixels than it has
    ink.globalAlpha = count && dotted.checked ? 0.6 : 1;
    ink.drawImage(atlas, 0, 0, side, side);
    ink.globalAlpha = 1;
    if (count && dotted.checked) ink.drawImage(dots, 0, 0, side, side);
    ink.strokeStyle = "#767676";
    ink.lineWidth = 1;
    ink.strokeRect(-0.5, -0.5, side + 1, side + 1);
    ink.fillStyle = text;
    ink.font = "12px sans-serif";
    ink.textAlign = "center";
    const most = Number.isInteger(extent) && extent <= 4 ? extent : 2; // whole numbers if few
    for (let i = -most; i <= most; i++) {
      const value = i * extent / most, label = String(Number(value.toPrecision(3))).replace("-", "−");
      ink.fillRect(across(value) - 0.5, side, 1, 5);
      ink.fillRect(-5, down(value) - 0.5, 5, 1);
      ink.textAlign = "center";
      ink.fillText(label, across(value) - (i === most ? 4 : 0), side + 18);
      ink.textAlign = "right";
      ink.fillText(label, -8, down(value) + (i === most ? 9 : i === -most ? 0 : 4));
    }
    ink.textAlign = "center";
    ink.fillText("first latent number", side / 2, side + 35);
    ink.save();
    ink.translate(-29, side / 2);
    ink.rotate(-Math.PI / 2);
    ink.fillText("second latent number", 0, 0);
    ink.restore();
    for (const [radius, width, shade] of [[9, 6, "black"], [9, 3, "white"], [3.5, 0, "#d55e00"]]) { // seen on any picture
      ink.beginPath();
      ink.arc(across(at.x), down(at.y), radius, 0, 7);
      ink.lineWidth = width;
      ink.strokeStyle = ink.fillStyle = shade;
      if (width) ink.stroke(); else ink.fill();
    }
  }

  function say() {
    const [x, y] = [at.x, at.y].map((v) => v.toFixed(2).replace(/^-0\.00$/, "0.00"));
    out.textContent = `z = (${x}, ${y})`;
    map.setAttribute("aria-label", `The latent plane, ${-extent} to ${extent} both ways, ` +
      `an atlas of ${cells} by ${cells} pictures. The point is at ${x}, ${y}.`);
  }

  function drawPicture() {
    picture.getContext("2d").putImageData(painted(model.get("picture"), h, w), 0, 0);
    const [x, y] = model.get("point").map((v) => v.toFixed(2));
    picture.setAttribute("aria-label", `The picture decoded at ${x}, ${y}, ${h} by ${w} pixels.`);
    error.textContent = model.get("error") ? `Nothing could be decoded here. ${model.get("error")}` : "";
  }

  // ---- moving the point ---------------------------------------------------------------------------

  function send() {
    if (waiting || (at.x === sent.x && at.y === sent.y)) return;
    waiting = true;
    picture.setAttribute("aria-busy", "true");
    [sent.x, sent.y] = [at.x, at.y];
    model.set("point", [at.x, at.y]);
    model.save_changes();
  }

  function go(x, y) {
    const clamp = (v) => Math.min(extent, Math.max(-extent, Number(v.toFixed(4)) || 0));
    [at.x, at.y] = [clamp(x), clamp(y)];
    drawMap();
    say();
    send();
  }

  function follow(event) {
    const box = map.getBoundingClientRect(), zoom = wide / box.width; // it may be shown smaller
    const right = (event.clientX - box.left) * zoom - LEFT, below = (event.clientY - box.top) * zoom - EDGE;
    go((2 * right / side - 1) * extent, (1 - 2 * below / side) * extent);
  }

  map.addEventListener("pointerdown", (event) => {
    map.setPointerCapture(event.pointerId);
    map.focus();
    dragging = true;
    follow(event);
  });
  map.addEventListener("pointermove", (event) => { if (dragging) follow(event); });
  for (const end of ["pointerup", "pointercancel"]) map.addEventListener(end, () => { dragging = false; });
  map.addEventListener("keydown", (event) => {
    const step = extent / (event.shiftKey ? 6 : 30);
    const way = { ArrowUp: [0, 1], ArrowDown: [0, -1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] }[event.key];
    if (way) go(at.x + step * way[0], at.y + step * way[1]);
    else if (event.key === "Home") go(0, 0);
    else return;
    event.preventDefault();
    event.stopPropagation(); // JupyterLab has plans of its own for these keys
  });
  dotted.addEventListener("change", drawMap);

  // ---- what comes from Python ---------------------------------------------------------------------

  function answered() {
    waiting = false;
    picture.removeAttribute("aria-busy");
    drawPicture();
    send(); // where the point has gone on in the meantime
  }

  function moved() { // by Python, say explorer.point = (1.0, 2.0)
    const [x, y] = model.get("point");
    if (dragging || waiting || (x === at.x && y === at.y)) return;
    [at.x, at.y, sent.x, sent.y] = [x, y, x, y];
    drawMap();
    say();
  }

  model.on("change:answered", answered);
  model.on("change:point", moved);
  drawMap();
  const settled = new ResizeObserver(drawMap); // once it has its place on the page, and so its colour
  settled.observe(map);
  say();
  drawPicture();
  return () => {
    settled.disconnect();
    model.off("change:answered", answered);
    model.off("change:point", moved);
  };
}

export default { render: guarded(render) };
