// What the page does for every widget of the course: no key that is pressed inside one reaches the
// notebook round it. Each widget's own module exports render: guarded(render).
const TEXT = "input:is([type=text], [type=number]), textarea, [contenteditable=true]";

export function keepKeys(root) {
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

export const guarded = (render) => (context) => {
  keepKeys(context.el);
  markWithKernel(context);
  return render(context);
};
