"""The brush as a test holds it: its picture, its buttons, and the tiles of the methods."""

import re

from tests.browser.notebook import until


class Painting:
    """The widget under a cell."""

    def __init__(self, lesson, words):
        self.page, self.cell = lesson.page, lesson.cell(words)
        self.paper = self.cell.locator("canvas.paper")
        self.paper.wait_for()
        self.paper.scroll_into_view_if_needed()

    def at(self, x, y):
        """Where a share of the picture is on the page."""
        box = self.paper.bounding_box()
        return box["x"] + x * box["width"], box["y"] + y * box["height"]

    def drag(self, *places):
        self.page.mouse.move(*self.at(*places[0]))
        self.page.mouse.down()
        for place in places[1:]:
            self.page.mouse.move(*self.at(*place), steps=8)
        self.page.mouse.up()

    def press(self, name):
        self.cell.get_by_role("button", name=name, exact=True).click()

    @property
    def status(self):
        return self.cell.locator("output").first.text_content()

    @property
    def note(self):
        return self.cell.locator(".note").text_content()

    @property
    def count(self):
        found = re.match(r"(\d+) pixels? to fill", self.status)
        return int(found[1]) if found else 0

    def tile(self, name):
        has = self.page.get_by_role("button", name=f"Show the fill of {name} large", exact=True)
        return self.cell.locator(".tiles li", has=has)

    def words(self, name):
        return self.cell.locator(".tiles li", has_text=name).locator("p").last.text_content()

    def settled(self):
        until(self.page, lambda: self.cell.locator(".tiles .due").count(), lambda n: n == 0)

    def pixels(self, name):
        return self.tile(name).locator("canvas").evaluate("canvas => canvas.toDataURL()")

    def clear(self):
        if self.count:
            self.press("Clear")
        until(self.page, lambda: self.count, lambda n: n == 0)
        self.settled()
