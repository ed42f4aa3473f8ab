"""Attention: every place of a picture looks at every other place, and takes what it needs.

A place asks with a query q. All places answer with a key k each, and carry a value v. The better
a key fits the query, the more of its value is taken:

    weights = softmax over the keys of (q kᵀ / √d)          output = weights v

Where q and k hold independent numbers of mean 0 and variance 1, as at the start of a training, q·k
is a sum of d products and has the variance d; divided by √d it has 1, so that softmax does not
start out as a choice of one place alone.
Source: Vaswani et al. (2017), Attention Is All You Need, eq. 1 and section 3.2.2.
"""

import math

import torch
from jaxtyping import Float
from torch import Tensor, nn

from learnkit.models.blocks import zeroed
from learnkit.tensors import Floats, Images

Heads = Float[Tensor, "n heads tokens d"]


def attention(q: Heads, k: Heads, v: Float[Tensor, "n heads tokens _"]) -> Floats:
    """The values, averaged for each query by softmax over the keys of q kᵀ / √d.

    (n, heads, tokens, d), values of any width. With the identity for v the weights come out.
    Source: Vaswani et al. (2017), eq. 1.

    >>> q = k = torch.zeros(1, 1, 2, 3)  # all keys fit alike: the mean of the values
    >>> attention(q, k, torch.tensor([[[[0.0, 0, 0], [2, 4, 6]]]])).tolist()
    [[[[1.0, 2.0, 3.0], [1.0, 2.0, 3.0]]]]
    """
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])  # (n, heads, tokens, tokens)
    return scores.softmax(dim=-1) @ v


class SelfAttention(nn.Module):
    """A residual layer on feature maps: x + W attention(q, k, v), all three linear in norm(x).

    The places of (n, channels, h, w) are h w tokens. Attention itself does not see where a token
    is, so each place adds numbers of its own, which are learned.
    """

    def __init__(self, channels: int, places: int, *, heads: int = 4) -> None:
        """`places` is h w; each of the `heads` attends on its own, with channels / heads numbers.

        Raises ValueError where the channels cannot be divided among the heads.
        """
        super().__init__()
        if channels % heads:
            raise ValueError(f"channels must be a multiple of heads, got {channels} and {heads}")
        self.heads = heads
        self.norm = nn.GroupNorm(8, channels)
        self.place = nn.Parameter(torch.zeros(places, channels))
        self.ask = nn.Linear(channels, 3 * channels)
        self.end = zeroed(nn.Linear(channels, channels))

    def forward(self, x: Images) -> Images:
        """The sum."""
        mixed = attention(*self.qkv(x))  # (n, heads, h w, d)
        joined = self.end(mixed.transpose(1, 2).flatten(2))  # (n, h w, channels)
        return x + joined.transpose(1, 2).reshape(x.shape)

    def qkv(self, x: Images) -> tuple[Heads, Heads, Heads]:
        """Queries, keys and values of all heads, (n, heads, h w, d) each."""
        tokens = self.norm(x).flatten(2).transpose(1, 2) + self.place  # (n, h w, channels)
        each = self.ask(tokens).unflatten(2, (3, self.heads, -1))
        q, k, v = each.permute(2, 0, 3, 1, 4)
        return q, k, v
