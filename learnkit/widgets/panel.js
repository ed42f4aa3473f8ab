// The view of a part that nobody sees, in a box of ipywidgets: it keeps the keys of the whole box, and
// names what ipywidgets draws without a name.
import { keepKeys } from "./keys.js";

const PLAY = ["Play or pause", "Stop, and back to the first frame", "Play over and over"];

function nameControls(root) {
  for (const play of root.querySelectorAll(".widget-play")) {
    play.querySelectorAll("button").forEach((button, i) => {
      button.setAttribute("aria-label", PLAY[i]);
      button.title = PLAY[i];
    });
  }
  for (const handle of root.querySelectorAll("[role=slider]:not([aria-label])")) {
    const label = handle.closest(".widget-inline-hbox")?.querySelector(".widget-label");
    if (label?.textContent) handle.setAttribute("aria-label", label.textContent);
  }
  for (const box of root.querySelectorAll("label:empty + input:not([aria-label])")) {
    box.setAttribute("aria-label", box.previousElementSibling.title); // its tooltip
  }
}

function render({ el }) {
  let gone = false, watch = null;
  function placed() { // a view is drawn before it gets its place in the box
    if (gone) return;
    const box = el.closest(".learnkit-panel");
    if (!box) return void requestAnimationFrame(placed);
    keepKeys(box);
    nameControls(box);
    watch = new MutationObserver(() => nameControls(box)); // other parts may come after this one
    watch.observe(box, { childList: true, subtree: true });
  }
  placed();
  return () => {
    gone = true;
    watch?.disconnect();
  };
}

export default { render };
