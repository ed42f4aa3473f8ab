"""The stored answers are those that PyTorch gives today."""

import numpy as np
import pytest

from learnkit.assets.torch_answers import torch_answers
from tools.ask_torch import NAMES, cnn


def test_the_stored_answers_are_torchs():
    said, says = torch_answers("cnn"), cnn()
    assert list(said) == list(says) == ["logits", *NAMES]
    for name, answer in says.items():
        assert abs(answer).max() > 1e-3  # torch did answer
        np.testing.assert_allclose(said[name], answer, rtol=1e-10, atol=1e-13, strict=True)


def test_a_question_that_torch_was_not_asked_is_an_error_that_lists_the_others():
    with pytest.raises(ValueError, match="not asked 'gan'; it was asked cnn"):
        torch_answers("gan")
