// A picture to paint holes on, and a tile a method. The browser draws, at once; Python fills.
import { canvasOf, imageDataOf } from "../canvas.js";
import { guarded } from "../keys.js";
import { expectFills, receive } from "./fills.js";
import { unpacked } from "./hole.js";
import { listen } from "./input.js";
import { draw, setHole, showCaption, showStatus } from "./paper.js";
import { listenForPictures, listPictures } from "./pictures.js";
import { showSize } from "./strokes.js";
import { addTile, fitTile, showChosen } from "./tiles.js";
import { newView } from "./view.js";

function load(view) { // another picture, or a hole that Python set
  const { model, page, tiles } = view;
  const [h, w, channels] = model.get("shape"), longest = Math.max(h, w);
  const truth = imageDataOf(model.get("pixels"), h, w, channels);
  Object.assign(view, {
    h, w, channels, truth,
    scale: longest <= 560 ? Math.max(1, Math.floor(420 / longest)) : 560 / longest,
    mixed: new ImageData(truth.data.slice(), w, h),
    sheet: canvasOf(w, h),
    hole: new Uint8Array(h * w),
    past: [], future: [],
    cursor: { x: w / 2, y: h / 2 },
    stampedAt: null, pen: null, enlarged: null, waiting: false,
  });
  setHole(view, unpacked(model.get("packed"), h * w));
  view.asked = view.hole.slice();
  page.size.max = Math.max(2, Math.floor(Math.min(h, w) / 2), model.get("size"));
  page.paper.style.width = `${w * view.scale}px`;
  for (const tile of tiles.values()) fitTile(view, tile);
  tiles.get(null).picture.getContext("2d").putImageData(truth, 0, 0);
  listPictures(view);
  showSize(view);
  expectFills(view);
  draw(view);
  showStatus(view);
  showCaption(view);
}

function render({ model, el }) {
  const view = newView(model, el);
  for (const name of [null, ...model.get("methods")]) addTile(view, name);
  listen(view);
  listenForPictures(view);
  const handlers = {
    "change:stroke": () => { if (model.get("stroke") !== view.ownStroke) load(view); },
    "change:chosen": () => showChosen(view),
    "change:names": () => listPictures(view),
    "change:size": () => showSize(view),
    "msg:custom": (message, buffers) => receive(view, message, buffers),
  };
  for (const [name, act] of Object.entries(handlers)) model.on(name, act);
  load(view);
  showChosen(view);
  model.send({ kind: "hello" }); // what was filled before this view was open
  return () => {
    view.closed = true;
    cancelAnimationFrame(view.frame);
    for (const [name, act] of Object.entries(handlers)) model.off(name, act);
  };
}

export default { render: guarded(render) };
