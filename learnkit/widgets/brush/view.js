// All that a brush on the page remembers. The other modules are plain functions of it.
import { makePage } from "./page.js";

export function newView(model, el) {
  return {
    model, // what Python and the browser share
    page: makePage(el),
    tiles: new Map(), // by the name of a method; null is the truth's

    // The picture; `load` sets these.
    h: 0, w: 0, channels: 1,
    scale: 1, // CSS pixels for each of its pixels
    truth: null, // ImageData of the picture,
    mixed: null, // of the picture with its hole,
    sheet: null, // and a canvas that holds the latter

    // The hole: a byte a pixel, row after row, 1 = to be filled.
    hole: null, // as painted now,
    asked: null, // and as Python knows it
    past: [], future: [], // holes to go back to, and on to

    // The brush.
    cursor: { x: 0, y: 0 }, // its middle, in pixels of the picture,
    stampedAt: null, // and where it was when this stroke last painted
    cursorShown: false,
    pen: null, // the pointer that paints now, by its id; "key" is the space bar
    erasing: false,

    // The fills.
    due: new Set(), // methods whose fill of this hole has not come
    askedTime: 0, slowest: 0, // ms: when they were asked for, and how long the last has taken
    latest: "", // what the status says of them
    ownStroke: null, // the number of the last hole that this view sent
    waiting: false, // for another picture; until it comes, nothing is painted
    enlarged: null, // the tile that is shown on the easel in place of the picture

    frame: 0, // of requestAnimationFrame; 0: none is due
    closed: false,
  };
}
