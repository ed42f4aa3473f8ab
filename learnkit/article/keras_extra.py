"""Is Keras there? `in_keras` can only be imported where it is."""

import importlib
import importlib.util
from types import ModuleType

HOW = 'Keras is not installed. In a terminal: pip install "learnkit-inpainting[keras]"'


def load() -> tuple[ModuleType | None, str]:
    """`learnkit.article.in_keras` and nothing to say; or None, and how to get Keras."""
    if importlib.util.find_spec("keras") is None:
        return None, HOW
    return importlib.import_module("learnkit.article.in_keras"), ""
