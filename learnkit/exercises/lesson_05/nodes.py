"""What `multiply` and `divide` share: two nodes, and a look at the one that is made of them."""

from learnkit.byhand.autograd import Scalar
from learnkit.exercises.sandbox.worker import OddResultError

UPSTREAM = 3.0


class Leaf(Scalar):
    """A number that is handed to an answer; it does not multiply or divide other nodes."""

    def __mul__(self, other):
        """Times a number as any Scalar; raises OddResultError where `other` is a node."""
        if isinstance(other, Scalar):
            raise OddResultError(
                "You leave the work to learnkit's own operators (`*` or `/` between nodes): build "
                "the node yourself, Scalar(value, (a, b), pull)."
            )
        return super().__mul__(other)


def two_scalars(a, b):
    """Both numbers as leaves of a graph."""
    return (Leaf(a), Leaf(b)), {}


def looked_at(result, a, b):
    """The node's value, and what it hands back to its two inputs where the gradient is UPSTREAM."""
    if not isinstance(result, Scalar):
        raise OddResultError(
            f"You return a {type(result).__name__}; return a node: Scalar(value, (a, b), pull)."
        )
    if len(result.inputs) != 2 or result.inputs[0] is not a or result.inputs[1] is not b:
        raise OddResultError(
            "The inputs of your node are not a and b themselves: return one node, made from a and "
            "b directly, with the inputs in this order: Scalar(value, (a, b), pull)."
        )
    if not callable(result.pull):
        raise OddResultError(
            "Your node has no `pull`: the third thing that Scalar takes is a function, which is "
            "given the gradient u and returns two shares."
        )
    shares = result.pull(UPSTREAM)
    if not isinstance(shares, tuple | list) or len(shares) != 2:
        raise OddResultError(
            f"Your pull returns a {type(shares).__name__}; return two shares, for a and for b: "
            "lambda u: (..., ...)."
        )
    if any(isinstance(part, Scalar) for part in (result.value, *shares)):
        raise OddResultError(
            "You compute with nodes where numbers are meant: a.value and b.value are the numbers."
        )
    return {
        "value": float(result.value),
        f"share of a, where u is {UPSTREAM:g}": float(shares[0]),
        f"share of b, where u is {UPSTREAM:g}": float(shares[1]),
    }
