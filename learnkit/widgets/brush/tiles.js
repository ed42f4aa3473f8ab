// A tile a method: whether it is chosen, its fill and its score; the first is the truth's.
import { canvasOf } from "../canvas.js";
import { draw, showCaption, showStatus } from "./paper.js";

const isChosen = (view, tile) => tile.name !== null && view.model.get("chosen").includes(tile.name);

export function addTile(view, name) { // null is the truth's
  const root = document.createElement("li"), words = document.createElement("p");
  const label = document.createElement("label"), box = document.createElement("input");
  const button = document.createElement("button"), picture = canvasOf(1, 1);
  const tile = { name, root, box, button, picture, words, score: null, stroke: null };
  box.type = "checkbox";
  box.addEventListener("change", () => choose(view));
  label.append(...(name === null ? ["the truth"] : [box, name]));
  button.type = "button";
  button.setAttribute("aria-label", `Show ${name === null ? "the truth" : `the fill of ${name}`} large`);
  button.setAttribute("aria-pressed", "false");
  button.addEventListener("click", () => enlarge(view, view.enlarged === tile ? null : tile));
  button.append(picture);
  root.append(label, button, words);
  view.page.tileList.append(root);
  view.tiles.set(name, tile);
}

export function fitTile({ h, w }, tile) { // to another picture, or another hole: it is empty again
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

function choose(view) { // as the boxes are ticked
  const { model, tiles } = view;
  const names = model.get("methods").filter((name) => tiles.get(name).box.checked);
  const isFilled = (name) => tiles.get(name).stroke === model.get("stroke"); // Python sends it once
  const added = names.filter((name) => !model.get("chosen").includes(name) && !isFilled(name));
  model.set("chosen", names);
  model.save_changes();
  for (const name of added) view.due.add(name);
  for (const name of added) tiles.get(name).root.classList.add("due");
}

export function showChosen(view) {
  for (const [name, tile] of view.tiles) {
    const on = isChosen(view, tile);
    tile.box.checked = on;
    tile.root.classList.toggle("off", name !== null && !on);
    if (!on) view.due.delete(name);
  }
  if (view.enlarged?.name && !isChosen(view, view.enlarged)) enlarge(view, null); // its tile is gone
  rank(view, null);
}

export function enlarge(view, tile) { // null: back to the picture
  view.enlarged = tile;
  for (const one of view.tiles.values()) one.button.setAttribute("aria-pressed", one === tile);
  showCaption(view);
  draw(view);
}

export function rank(view, newest) { // which of the chosen is best, if that is known; else what came last
  const rivals = [...view.tiles.values()].filter((one) => isChosen(view, one) && one.score !== null);
  const isKnown = !view.due.size && rivals.length > 1;
  const best = isKnown ? rivals.reduce((a, b) => (b.score > a.score ? b : a)) : null;
  for (const one of view.tiles.values()) one.root.classList.toggle("best", one === best);
  const one = best ?? newest ?? rivals[0];
  view.latest = one ? `${best ? "best: " : ""}${one.name}: ${one.words.textContent}` : "";
  showStatus(view);
}
