// What the page does for every widget of the course: no key that is pressed inside one reaches the
// notebook round it, and what ipywidgets draws without a name gets one. A copy of this text stands
// before each widget's own module, which exports render: guarded(render).
const PLAY = ["Play or pause", "Stop, and back to the first frame", "Play over and over"];

const TEXT = "input:is([type=text], [type=number]), textarea, [contenteditable=true]";

function keepKeys(root) {
  root.tabIndex = -1; // so that a click beside the controls leaves the focus in the widget
  root.style.outline = "none";
  root.addEventListener("mousedown", (event) => event.stopPropagation()); // nor gives it to the cell
  root.addEventListener("keydown", (event) => {
    const saves = (event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "s";
    if (saves) return;
    event.stopPropagation();
    const undoes = (event.ctrlKey || event.metaKey) && /^[yz]$/i.test(event.key);
    if (undoes && !event.target.matches(TEXT)) event.preventDefault(); // of what was typed elsewhere
  });
}

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

// ipywidgets marks the views whose kernel has gone, and asleep.py looks for that. anywidget does not.
async function markWithKernel({ model, el }) {
  const awake = /^learnkit-awake-/;
  const name = model.get("_dom_classes").find((one) => awake.test(one));
  if (!name) return;
  const whole = await model.widget_manager.get_model(name.replace(awake, ""));
  const mark = () => el.classList.toggle("jupyter-widgets-disconnected", !whole.comm_live);
  model.on("comm_live_update", mark);
  mark();
}

const guarded = (render) => (context) => {
  keepKeys(context.el);
  markWithKernel(context);
  return render(context);
};

// The view of a part that nobody sees: it does all that for the box of ipywidgets it stands in.
function renderInBox({ el }) {
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
