// What stands on the page, and its parts by name.
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

export function makePage(el) {
  el.innerHTML = PAGE;
  const find = (name) => el.querySelector(`.learnkit-brush ${name}`);
  return {
    root: el.querySelector(".learnkit-brush"), tileList: find(".tiles"),
    paper: find(".paper"), caption: find(".caption"), status: find("output"), note: find(".note"),
    pictures: find(".pictures"), file: find("input[type=file]"),
    paint: find(".draw"), erase: find(".erase"),
    undo: find(".undo"), redo: find(".redo"), clear: find(".clear"),
    size: find(".size"), sizeText: find(".width span"),
  };
}
