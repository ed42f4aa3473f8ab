"""Lesson 10: a hole that you paint on a picture, and every method fills it, side by side.

widget    the widget itself, as Python sees it: `brush.explore(pictures, methods)`
easel     its pictures, yours too, and the hole as it travels
score     one method's fill of one hole: timed, checked and scored, whatever it does
upload    a picture of yours, from a file's bytes
brush.js  the browser's part, and from there the modules that it imports
"""

from learnkit.widgets.brush.widget import Brush, explore

__all__ = ["Brush", "explore"]
