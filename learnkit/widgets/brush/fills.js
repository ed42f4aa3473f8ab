// The hole to Python, and the fills back. Python sends of a fill the hole's pixels alone: everything
// else is known here.
import { packed } from "./hole.js";
import { draw, showCaption } from "./paper.js";
import { rank } from "./tiles.js";

const LIVE = 150; // ms; where all fills come faster than this, they follow while you still paint

export const isLive = (view) => !view.due.size && view.slowest < LIVE;

export function sendHole(view) {
  const { model, hole } = view;
  view.asked = hole.slice();
  view.ownStroke = model.get("stroke") + 1;
  model.set("packed", packed(hole));
  model.set("stroke", view.ownStroke);
  model.save_changes();
  expectFills(view);
}

export function expectFills(view) { // from now on, tiles of older holes are stale
  view.due = new Set(view.model.get("chosen"));
  if (view.slowest >= LIVE) view.latest = "";
  [view.askedTime, view.slowest] = [performance.now(), 0];
  for (const [name, tile] of view.tiles) tile.root.classList.toggle("due", view.due.has(name));
}

export function receive(view, message, buffers) {
  if (message.kind === "note") view.page.note.textContent = message.words;
  if (message.kind !== "fill" || message.stroke !== view.model.get("stroke")) return;
  const tile = view.tiles.get(message.name);
  const image = message.failed ? view.truth : filled(view, buffers[0]);
  tile.picture.getContext("2d").putImageData(image, 0, 0);
  [tile.score, tile.stroke] = [message.score, message.stroke];
  tile.words.textContent = message.words;
  tile.root.classList.toggle("failed", message.failed);
  tile.root.classList.remove("due");
  view.due.delete(message.name);
  view.slowest = performance.now() - view.askedTime;
  rank(view, tile);
  if (view.enlarged === tile) draw(view);
  showCaption(view);
}

function filled({ truth, asked, channels, h, w }, painted) { // the hole's pixels into the picture
  const image = new ImageData(truth.data.slice(), w, h);
  for (let i = 0, k = 0; i < h * w; i++) {
    if (!asked[i]) continue;
    for (let c = 0; c < 3; c++) {
      image.data[4 * i + c] = painted.getUint8(k * channels + Math.min(c, channels - 1));
    }
    k++;
  }
  return image;
}
