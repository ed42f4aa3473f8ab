// The latent plane with its atlas, and a point to drag. The browser draws; Python decodes. At most
// one point is on its way to Python at any time: the next is sent when its picture has come.
import { ARROWS, canvasOf, imageDataOf } from "./canvas.js";
import { guarded } from "./keys.js";

const LEFT = 40, BELOW = 40, EDGE = 8; // room round the plane, for its axes and half a marker
const MARKER = [[9, 6, "black"], [9, 3, "white"], [3.5, 0, "#d55e00"]]; // seen on any picture

const PAGE = `<div class="learnkit-latent">
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

function newView(model, el) {
  el.innerHTML = PAGE;
  const find = (name) => el.querySelector(`.learnkit-latent ${name}`);
  const cells = model.get("cells"), [h, w, channels] = model.get("shape"), [x, y] = model.get("point");
  const view = {
    model, el, cells, h, w, channels,
    extent: model.get("extent"), // the plane goes from -extent to extent both ways,
    side: Math.min(480, Math.max(360, cells * Math.max(h, w))), // in so many CSS pixels
    sharp: window.devicePixelRatio || 1,
    map: find(".map"), picture: find(".picture"), output: find("output"), error: find(".error"),
    dotted: find(".dotted"), dots: find(".dots"), legend: find(".legend"),
    atlas: canvasOf(cells * w, cells * h),
    places: model.get("places"), kinds: model.get("kinds"), // of the dots
    point: { x, y }, // where you are,
    sent: { x, y }, // and the last that Python was told
    waiting: false, // for its picture
    dragging: false,
  };
  view.wide = LEFT + view.side + EDGE;
  view.tall = EDGE + view.side + BELOW;
  return view;
}

// ---- what stays as it is --------------------------------------------------------------------------

const across = ({ side, extent }, x) => side * (x + extent) / (2 * extent);
const down = ({ side, extent }, y) => side * (extent - y) / (2 * extent);

function layOut(view) {
  const { model, map, picture, atlas, sharp, cells, h, w, channels } = view;
  [map.width, map.height] = [view.wide * sharp, view.tall * sharp];
  map.style.width = `${view.wide}px`;
  [picture.width, picture.height] = [w, h];
  picture.style.width = `${w * Math.max(1, Math.floor(320 / Math.max(h, w)))}px`;
  const image = imageDataOf(model.get("atlas"), cells * h, cells * w, channels);
  atlas.getContext("2d").putImageData(image, 0, 0);
  view.dotSheet = dotSheetOf(view);
  if (view.kinds.byteLength) addLegend(view);
}

function dotSheetOf(view) {
  const { side, sharp, places, kinds } = view, colours = view.model.get("colours");
  const sheet = canvasOf(side * sharp, side * sharp), ink = sheet.getContext("2d");
  ink.scale(sharp, sharp);
  ink.lineWidth = 0.5;
  ink.strokeStyle = "white";
  for (let i = 0; i < kinds.byteLength; i++) {
    const [x, y] = [places.getFloat32(8 * i, true), places.getFloat32(8 * i + 4, true)];
    ink.beginPath();
    ink.arc(across(view, x), down(view, y), 2.4, 0, 7);
    ink.fillStyle = colours[kinds.getUint8(i)];
    ink.fill();
    ink.stroke();
  }
  return sheet;
}

function addLegend({ model, dots, legend }) {
  dots.hidden = false;
  model.get("names").forEach((name, kind) => {
    const entry = document.createElement("li"), spot = document.createElement("span");
    spot.style.background = model.get("colours")[kind];
    entry.append(spot, name);
    legend.append(entry);
  });
}

// ---- drawing --------------------------------------------------------------------------------------

function drawMap(view) {
  const { map, atlas, side, sharp, cells, h, w } = view, ink = map.getContext("2d");
  const isDotted = view.kinds.byteLength > 0 && view.dotted.checked;
  ink.setTransform(sharp, 0, 0, sharp, 0, 0);
  ink.clearRect(0, 0, view.wide, view.tall);
  ink.translate(LEFT, EDGE);
  ink.fillStyle = "white";
  ink.fillRect(0, 0, side, side);
  ink.imageSmoothingEnabled = cells * Math.max(h, w) > side * sharp; // no fewer pixels than it has
  ink.globalAlpha = isDotted ? 0.6 : 1;
  ink.drawImage(atlas, 0, 0, side, side);
  ink.globalAlpha = 1;
  if (isDotted) ink.drawImage(view.dotSheet, 0, 0, side, side);
  drawAxes(view, ink);
  for (const [radius, width, shade] of MARKER) {
    ink.beginPath();
    ink.arc(across(view, view.point.x), down(view, view.point.y), radius, 0, 7);
    ink.lineWidth = width;
    ink.strokeStyle = ink.fillStyle = shade;
    if (width) ink.stroke(); else ink.fill();
  }
}

function drawAxes(view, ink) {
  const { side, extent } = view;
  ink.strokeStyle = "#767676";
  ink.lineWidth = 1;
  ink.strokeRect(-0.5, -0.5, side + 1, side + 1);
  ink.fillStyle = getComputedStyle(view.el).color || "black";
  ink.font = "12px sans-serif";
  const most = Number.isInteger(extent) && extent <= 4 ? extent : 2; // whole numbers if few
  for (let i = -most; i <= most; i++) {
    const value = i * extent / most, label = String(Number(value.toPrecision(3))).replace("-", "−");
    ink.fillRect(across(view, value) - 0.5, side, 1, 5);
    ink.fillRect(-5, down(view, value) - 0.5, 5, 1);
    ink.textAlign = "center";
    ink.fillText(label, across(view, value) - (i === most ? 4 : 0), side + 18);
    ink.textAlign = "right";
    ink.fillText(label, -8, down(view, value) + (i === most ? 9 : i === -most ? 0 : 4));
  }
  ink.textAlign = "center";
  ink.fillText("first latent number", side / 2, side + 35);
  ink.save();
  ink.translate(-29, side / 2);
  ink.rotate(-Math.PI / 2);
  ink.fillText("second latent number", 0, 0);
  ink.restore();
}

function showPoint({ output, map, point, extent, cells }) { // in words
  const [x, y] = [point.x, point.y].map((v) => v.toFixed(2).replace(/^-0\.00$/, "0.00"));
  output.textContent = `z = (${x}, ${y})`;
  map.setAttribute("aria-label", `The latent plane, ${-extent} to ${extent} both ways, ` +
    `an atlas of ${cells} by ${cells} pictures. The point is at ${x}, ${y}.`);
}

function drawPicture({ model, picture, error, h, w, channels }) {
  picture.getContext("2d").putImageData(imageDataOf(model.get("picture"), h, w, channels), 0, 0);
  const [x, y] = model.get("point").map((v) => v.toFixed(2));
  picture.setAttribute("aria-label", `The picture decoded at ${x}, ${y}, ${h} by ${w} pixels.`);
  error.textContent = model.get("error") ? `Nothing could be decoded here. ${model.get("error")}` : "";
}

// ---- moving the point -----------------------------------------------------------------------------

function send(view) {
  const { model, point, sent } = view;
  if (view.waiting || (point.x === sent.x && point.y === sent.y)) return;
  view.waiting = true;
  view.picture.setAttribute("aria-busy", "true");
  view.sent = { ...point };
  model.set("point", [point.x, point.y]);
  model.save_changes();
}

function go(view, x, y) {
  const { extent } = view;
  const clamp = (v) => Math.min(extent, Math.max(-extent, Number(v.toFixed(4)) || 0));
  view.point = { x: clamp(x), y: clamp(y) };
  drawMap(view);
  showPoint(view);
  send(view);
}

function follow(view, event) {
  const { side, extent } = view;
  const box = view.map.getBoundingClientRect(), zoom = view.wide / box.width; // it may be shown smaller
  const right = (event.clientX - box.left) * zoom - LEFT, below = (event.clientY - box.top) * zoom - EDGE;
  go(view, (2 * right / side - 1) * extent, (1 - 2 * below / side) * extent);
}

function pointerDown(view, event) {
  view.map.setPointerCapture(event.pointerId);
  view.map.focus();
  view.dragging = true;
  follow(view, event);
}

function keyDown(view, event) {
  const step = view.extent / (event.shiftKey ? 6 : 30), arrow = ARROWS[event.key];
  if (arrow) go(view, view.point.x + step * arrow[0], view.point.y - step * arrow[1]);
  else if (event.key === "Home") go(view, 0, 0);
  else return;
  event.preventDefault();
  event.stopPropagation(); // JupyterLab has plans of its own for these keys
}

function listen(view) {
  const { map, dotted } = view;
  map.addEventListener("pointerdown", (event) => pointerDown(view, event));
  map.addEventListener("pointermove", (event) => { if (view.dragging) follow(view, event); });
  for (const end of ["pointerup", "pointercancel"]) {
    map.addEventListener(end, () => { view.dragging = false; });
  }
  map.addEventListener("keydown", (event) => keyDown(view, event));
  dotted.addEventListener("change", () => drawMap(view));
}

// ---- what comes from Python -----------------------------------------------------------------------

function answered(view) {
  view.waiting = false;
  view.picture.removeAttribute("aria-busy");
  drawPicture(view);
  send(view); // where the point has gone on in the meantime
}

function moved(view) { // by Python, say explorer.point = (1.0, 2.0)
  const [x, y] = view.model.get("point");
  if (view.dragging || view.waiting || (x === view.point.x && y === view.point.y)) return;
  [view.point, view.sent] = [{ x, y }, { x, y }];
  drawMap(view);
  showPoint(view);
}

function render({ model, el }) {
  const view = newView(model, el);
  layOut(view);
  listen(view);
  const handlers = { "change:answered": () => answered(view), "change:point": () => moved(view) };
  for (const [name, act] of Object.entries(handlers)) model.on(name, act);
  drawMap(view);
  const settled = new ResizeObserver(() => drawMap(view)); // once it has its place on the page, and so its colour
  settled.observe(view.map);
  showPoint(view);
  drawPicture(view);
  return () => {
    settled.disconnect();
    for (const [name, act] of Object.entries(handlers)) model.off(name, act);
  };
}

export default { render: guarded(render) };
