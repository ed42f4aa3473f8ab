import importlib.util
import sys

import pytest

from learnkit.article import keras_extra


def test_without_keras_it_says_how_to_get_it(monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    assert keras_extra.load() == (None, keras_extra.HOW)
    assert "learnkit-inpainting[keras]" in keras_extra.HOW


def test_with_keras_it_gives_the_program():
    pytest.importorskip("learnkit.article.in_keras")
    module, words = keras_extra.load()
    assert module is sys.modules["learnkit.article.in_keras"] and words == ""
