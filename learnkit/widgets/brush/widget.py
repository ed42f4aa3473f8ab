"""Lesson 10: paint a hole on a picture, and every method fills it, side by side.

The browser draws, at once; Python fills. A hole comes when a stroke ends, and each method's fill
goes back as soon as it is there, the quickest method first. Everything runs on the kernel's one
thread, so no fill ever falls into the middle of a cell that trains the same network. Between two
methods the kernel looks at what has come in: a new stroke makes all older fills stale, and no more
of them are made.
"""

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import anywidget
import traitlets

from learnkit.shapes import Hole, Image, check_at_least, check_hole
from learnkit.widgets.asleep import Sleeper
from learnkit.widgets.brush import upload
from learnkit.widgets.brush.easel import (
    Easel,
    as_bytes,
    brush_size,
    figure,
    one_stroke,
    pack,
    stretched,
    unpack,
)
from learnkit.widgets.brush.score import EXACT, Attempt, Fill, attempt, check_among, check_methods
from learnkit.widgets.esm import joined
from learnkit.widgets.show import render, with_still

_HERE = Path(__file__).parent
REST = 0.005  # seconds between two methods: time for the kernel to hear of a new stroke
_THEIRS = {"picture", "packed", "chosen", "stroke", "size"}  # traits that the browser sets
QUICK = 1.0  # seconds; a method below it runs twice the first time, which loads what it needs


class Brush(Sleeper, anywidget.AnyWidget):
    """A picture to paint holes on; `fills` and `scores` are of the hole as it is painted now."""

    to_do = "paint on the picture"
    _esm = joined(_HERE / "brush.js")
    _css = _HERE / "brush.css"
    names = traitlets.List(traitlets.Unicode()).tag(sync=True)  # of the pictures
    picture = traitlets.Unicode().tag(sync=True)  # the name of the one on the easel
    shape = traitlets.List(traitlets.Int()).tag(sync=True)  # of it, (h, w, 1 or 3)
    pixels = traitlets.Bytes().tag(sync=True)  # of it, a byte each
    packed = traitlets.Bytes().tag(  # the hole, a bit a pixel, row after row
        sync=True,
        from_json=lambda data, _widget: bytes(data),  # a memoryview comes back
    )
    methods = traitlets.List(traitlets.Unicode()).tag(sync=True)
    chosen = traitlets.List(traitlets.Unicode()).tag(sync=True)
    stroke = traitlets.Int().tag(sync=True)  # one more for every new hole, by either side
    size = traitlets.Int().tag(sync=True)  # the brush's diameter, in pixels of the picture
    most_bytes = traitlets.Int(upload.MOST_BYTES).tag(sync=True)

    def __init__(
        self,
        pictures: Mapping[str, Image],
        methods: Mapping[str, Fill],
        *,
        picture: str | None = None,
        hole: Hole | None = None,
        chosen: Sequence[str] | None = None,
        size: int | None = None,
        fixed: bool | None = None,
        longest: int = 512,
    ) -> None:
        """Raises TypeError or ValueError where an argument cannot be."""
        self.easel = Easel(dict(pictures), fixed, longest)
        check_methods(methods)
        first = next(iter(pictures)) if picture is None else picture
        chosen = list(methods) if chosen is None else list(chosen)
        check_among(pictures, "picture", first)
        check_among(methods, "chosen", *chosen)
        image = pictures[first]
        size = brush_size(image) if size is None else size
        check_at_least(1, size=size)
        hole = one_stroke(image, size) if hole is None else hole
        check_hole(hole, image)
        self._fills = dict(methods)
        self._done: dict[str, tuple[int, Attempt]] = {}  # by method: of which stroke, and what
        self._warm: set[str] = set()
        self._last_packed, self._shown = pack(hole), first
        self._pieces: dict[object, tuple[int, list[bytes]]] = {}  # of files on their way
        self._task: asyncio.Task | None = None
        self.note = ""
        super().__init__(
            names=list(pictures),
            picture=first,
            methods=list(methods),
            chosen=chosen,
            size=size,
            **_sent(image, hole),
        )
        self.observe(self._begin, names=["picture", "stroke", "chosen"])
        self.on_msg(self._receive)

    # ---- what you can read and set -------------------------------------------------------------

    @property
    def image(self) -> Image:
        """The picture on the easel, without a hole."""
        return self.easel.pictures[self.picture]

    @property
    def hole(self) -> Hole:
        """The hole as it is painted now: bool (h, w), True = to be filled."""
        return unpack(self.packed, (self.shape[0], self.shape[1]))

    @hole.setter
    def hole(self, hole: Hole) -> None:
        """Paints this hole in place of what is there."""
        check_hole(hole, self.image)
        with self.hold_sync():
            self.packed = pack(hole)
            self.stroke += 1

    @property
    def attempts(self) -> dict[str, Attempt]:
        """What became of each chosen method on this hole; waits for those that are still due."""
        self._finish()
        return {name: self._done[name][1] for name in self._fills if name in self.chosen}

    @property
    def fills(self) -> dict[str, Image]:
        """The filled pictures by method, without the methods that failed."""
        return {name: a.image for name, a in self.attempts.items() if a.image is not None}

    @property
    def scores(self) -> dict[str, float]:
        """PSNR in the hole by method, in dB, without the methods that failed."""
        return {name: a.score for name, a in self.attempts.items() if a.score is not None}

    def upload(self, data: bytes, name: str) -> str:
        """Puts the picture in a file's bytes on the easel; says what was done to it.

        Raises ValueError where the bytes are no picture, are too many, or hold too many pixels.
        """
        title, words = self.easel.add(data, name, like=self.image)
        with self.hold_sync():
            self.names = list(self.easel.pictures)
            self.picture = title
        return words

    # ---- what the browser sends ----------------------------------------------------------------

    def set_state(self, sync_data: dict) -> None:
        """Takes what the browser may set, and nothing else: what there is to paint on is ours."""
        super().set_state({key: sync_data[key] for key in _THEIRS & sync_data.keys()})

    @traitlets.validate("picture")
    def _known(self, proposal: dict) -> str:
        if proposal["value"] not in self.easel.pictures:
            raise traitlets.TraitError(f"there is no picture {proposal['value']!r}")
        return proposal["value"]

    @traitlets.validate("chosen")
    def _ours(self, proposal: dict) -> list[str]:
        return [name for name in proposal["value"] if name in self._fills]

    @traitlets.validate("packed")
    def _of_this_size(self, proposal: dict) -> bytes:
        """A hole that does not fit the picture, from a view that came too late, is not taken."""
        h, w, *_ = self.shape
        if len(proposal["value"]) == (h * w + 7) // 8:
            self._last_packed = proposal["value"]
        return self._last_packed

    def _turn(self) -> None:
        """Another picture: the hole stays, stretched where the new picture has another size."""
        self._shown, self.note = self.picture, ""  # what was said was said of the other picture
        hole = stretched(self.hole, self.image.shape[:2])
        with self.hold_sync():  # one message, so that picture and hole come together
            for trait, value in _sent(self.image, hole).items():
                setattr(self, trait, value)
            self.stroke += 1

    def _receive(self, _widget: object, content: dict, buffers: list) -> None:
        if content.get("kind") == "hello":  # a view opens: it wants what there is
            for name, (stroke, done) in self._done.items():
                if stroke == self.stroke:
                    self._show(name, done)
            self._show_note(self.note)
            self._begin()
        elif content.get("kind") == "upload":
            self._receive_piece(content, [bytes(part) for part in buffers])

    def _receive_piece(self, content: dict, buffers: list[bytes]) -> None:
        """A piece of a file: a message of more than 10 MB would cost the browser its connection."""
        name, part = str(content.get("name", "the file")), b"".join(buffers)
        size, pieces = self._pieces.pop(content.get("key"), (0, []))
        size += len(part)
        pieces = [*pieces, part] if size <= upload.MOST_BYTES else []  # too large: only counted
        if not content.get("last"):
            self._pieces[content.get("key")] = size, pieces
        elif size > upload.MOST_BYTES:
            self._show_note(upload.too_large(name, size))
        else:
            try:
                self._show_note(self.upload(b"".join(pieces), name))
            except Exception as error:
                self._show_note(str(error))

    # ---- filling -------------------------------------------------------------------------------

    def _begin(self, _change: object = None) -> None:
        if self._shown != self.picture:
            self._turn()
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:  # no kernel: nobody is waiting meanwhile
            return self._finish()
        under_way = self._task and not self._task.done() and self._task.get_loop() is loop
        if not under_way:
            self._task = loop.create_task(self._work())

    async def _work(self) -> None:
        await asyncio.sleep(REST)
        while (name := self._next()) is not None:
            self._fill(name)
            await asyncio.sleep(REST)

    def _finish(self) -> None:
        while (name := self._next()) is not None:
            self._fill(name)

    def _next(self) -> str | None:
        """The quickest of the chosen methods that have not seen this stroke yet."""
        never = -1, Attempt("")
        done = {name: self._done.get(name, never) for name in self.methods if name in self.chosen}
        due = [name for name, (stroke, _) in done.items() if stroke != self.stroke]
        return min(due, key=lambda name: done[name][1].seconds, default=None)

    def _fill(self, name: str) -> None:
        fill, image, hole = self._fills[name], self.image, self.hole
        done = attempt(fill, image, hole)
        if name not in self._warm and done.score is not None and done.seconds < QUICK:
            done = attempt(fill, image, hole)  # the first call also loads what the method needs
            self._warm.add(name)
        self._done[name] = self.stroke, done
        self._show(name, done)

    def _show(self, name: str, done: Attempt) -> None:
        """Sends what the method painted: the pixels of the hole alone, the rest is known."""
        failed = done.image is None
        painted = b"" if done.image is None else as_bytes(done.image[self.hole])
        score = None if done.score is None else min(done.score, EXACT)
        content = {"words": done.words, "score": score, "failed": failed, "stroke": self.stroke}
        self.send({"kind": "fill", "name": name, **content}, [painted])

    def _show_note(self, words: str) -> None:
        self.note = words
        self.send({"kind": "note", "words": words})

    def _repr_mimebundle_(self, **options: Any) -> tuple[dict[str, object], dict]:
        """The widget where there is a kernel, the fills as a figure where there is none."""
        h, w = self.image.shape[:2]
        each = "; ".join(f"{name}: {done.words}" for name, done in self.attempts.items())
        words = (
            f"The picture {self.picture}, {h} x {w} pixels, with {int(self.hole.sum())} of them "
            f"painted over, and how each method fills them. {each}."
        )
        still = render(figure(self.image, self.hole, self.fills))
        return with_still(super()._repr_mimebundle_(**options), still, words)


def explore(
    pictures: Mapping[str, Image],
    methods: Mapping[str, Fill],
    *,
    picture: str | None = None,
    hole: Hole | None = None,
    chosen: Sequence[str] | None = None,
    size: int | None = None,
    fixed: bool | None = None,
    longest: int = 512,
) -> Brush:
    """The brush on `pictures`, each (h, w) or (h, w, 3) in [0, 1], for `methods` to fill.

    A method is `fill(image, hole) -> image` in NumPy; it gets a copy with the hole cut out. It
    starts with `picture` (the first), `hole` (one stroke), the methods `chosen` (all) and a brush
    of `size` pixels. Uploads are cut to the pictures' own size where `fixed` (None: where all are
    of one size, 64 pixels at most), else reduced to `longest` pixels.
    Raises TypeError or ValueError where an argument cannot be.
    """
    options: dict[str, Any] = {"chosen": chosen, "size": size, "fixed": fixed, "longest": longest}
    return Brush(pictures, methods, picture=picture, hole=hole, **options)


def _sent(image: Image, hole: Hole) -> dict[str, object]:
    """What the browser must know of a picture and its hole."""
    shape = [*image.shape, 1][:3]
    return {"shape": shape, "pixels": as_bytes(image), "packed": pack(hole)}
