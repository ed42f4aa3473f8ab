"""Reverse mode by hand: a network's gradient, from numbers that remember where they came from.

Every operation makes a node: its value, its inputs, and `pull`, which turns the gradient u of the
loss by the node into the gradients by its inputs (the chain rule, one link). So the value and the
derivative of each operation stand in one line. `backward` walks the graph from the loss to the
leaves, users before what they use, and adds up. `Scalar` holds one number, to see through;
`Variable` holds an array, to train with.
Source: Linnainmaa (1976); Baydin et al. (2018), Automatic differentiation in machine learning.
"""

import math
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import numpy as np

from learnkit.byhand import layers
from learnkit.shapes import check_float

Kind = TypeVar("Kind", bound="Node")  # a Scalar or a Variable: their sums are of the same kind
Number = float | int | np.number | np.ndarray
Pull = Callable[[Any], tuple[Number, ...]]


class Node:
    """A value in the graph; `grad` is filled by `backward`, and None before it."""

    value: Any  # a number in a Scalar, an array in a Variable
    grad: Any  # of the same kind

    def __init__(self, value: Any, inputs: Sequence["Node"] = (), pull: Pull | None = None):
        """`pull` maps the gradient by this node to those by `inputs`, one each."""
        self.value, self.inputs, self.pull, self.grad = value, tuple(inputs), pull, None

    def __add__(self: Kind, other: Kind | Number) -> Kind:
        """a + b passes its gradient to both."""
        a, b = self, self.node(other)
        return type(self)(a.value + b.value, (a, b), lambda u: (u, u))

    def __sub__(self: Kind, other: Kind | Number) -> Kind:
        """a - b passes its gradient to a, and its negative to b."""
        a, b = self, self.node(other)
        return type(self)(a.value - b.value, (a, b), lambda u: (u, -u))

    def __mul__(self: Kind, other: Kind | Number) -> Kind:
        """a b passes to each its gradient times the other."""
        a, b = self, self.node(other)
        return type(self)(a.value * b.value, (a, b), lambda u: (u * b.value, u * a.value))

    def __pow__(self: Kind, n: float | int) -> Kind:
        """aⁿ, n a plain number: n aⁿ⁻¹."""
        a = self.value  # a⁰ is 1 everywhere, at 0 too
        return type(self)(a**n, (self,), lambda u: (u * (n * a ** (n - 1) if n else 0.0 * a),))

    def __truediv__(self: Kind, other: Kind | Number) -> Kind:
        """a / b = a b⁻¹."""
        return self * self.node(other) ** -1.0

    def __neg__(self: Kind) -> Kind:
        """-a."""
        return self * -1.0

    def __rsub__(self: Kind, other: Number) -> Kind:
        """b - a, b no node."""
        return self.node(other) - self

    def __rtruediv__(self: Kind, other: Number) -> Kind:
        """b / a, b no node."""
        return self.node(other) / self

    __radd__, __rmul__ = __add__, __mul__

    @classmethod
    def node(cls: type[Kind], value: Any) -> Kind:
        """A value as a leaf, unless it is a node already."""
        raise NotImplementedError

    def fitted(self, share: Any) -> Any:
        """A share of the gradient in the shape of this node."""
        return share


# ---- the walk back -------------------------------------------------------------------------------


def topological_order(root: Node) -> list[Node]:
    """Every node that `root` depends on, each once: inputs before users, `root` last.

    A node waits in a list while its inputs are seen to, so a chain may be a million nodes long.
    """
    order, seen, waiting = [], set(), [(root, False)]
    while waiting:
        node, inputs_done = waiting.pop()
        if inputs_done:
            order.append(node)
        elif id(node) not in seen:
            seen.add(id(node))
            waiting.append((node, True))
            waiting += [(source, False) for source in reversed(node.inputs)]
    return order


def backward(root: Node) -> None:
    """Fills `grad` of every node under `root`: how much `root` grows when that node does.

    Starts afresh each time: nothing is left over from an earlier call, unlike in torch.
    Raises TypeError where `root` is no node, ValueError where it is no single number.
    """
    if not isinstance(root, Node):
        raise TypeError(f"backward walks from a Scalar or a Variable, got {type(root).__name__}")
    if np.size(root.value) != 1:
        raise ValueError(f"a loss is one number, got shape {np.shape(root.value)}; sum or average")
    order = topological_order(root)
    for node in order:
        node.grad = None
    root.grad = 1.0 if np.ndim(root.value) == 0 else np.ones_like(root.value)
    for node in reversed(order):
        shares = node.pull(node.grad) if node.pull else ()
        for source, share in zip(node.inputs, shares, strict=True):
            share = source.fitted(share)
            source.grad = share if source.grad is None else source.grad + share


# ---- one number ----------------------------------------------------------------------------------


class Scalar(Node):
    """One number. Sums, products, powers and a few functions make a graph as they go.

    >>> x = Scalar(3.0)
    >>> backward(x * x + x)
    >>> x.grad  # 2x + 1
    7.0
    """

    @classmethod
    def node(cls, value: "Scalar | float | int") -> "Scalar":
        """A plain number as a leaf."""
        return value if isinstance(value, Scalar) else Scalar(float(value))

    def exp(self) -> "Scalar":
        """e^a is its own slope."""
        y = math.exp(self.value)
        return Scalar(y, (self,), lambda u: (u * y,))

    def log(self) -> "Scalar":
        """log a: 1/a."""
        _check_positive(self.value)
        return Scalar(math.log(self.value), (self,), lambda u: (u / self.value,))

    def tanh(self) -> "Scalar":
        """tanh a: 1 - tanh² a."""
        y = math.tanh(self.value)
        return Scalar(y, (self,), lambda u: (u * (1 - y * y),))

    def relu(self) -> "Scalar":
        """max(a, 0): a gate, shut at 0."""
        return Scalar(max(self.value, 0.0), (self,), lambda u: (u if self.value > 0 else 0.0,))


# ---- an array ------------------------------------------------------------------------------------


class Variable(Node):
    """An array. Broadcasting is allowed, and its gradient is summed back to the smaller shape.

    >>> w = Variable(np.ones((2, 1)))
    >>> backward((Variable(np.array([[1.0, 2.0]])) @ w).mean())
    >>> w.grad
    array([[1.],
           [2.]])
    """

    __array_priority__ = 1000  # array + Variable asks the Variable, not the array

    def __init__(self, value: Any, inputs: Sequence[Node] = (), pull: Pull | None = None):
        """A leaf, without `pull`, is a float array; TypeError or ValueError (NaN) if it is not."""
        if pull is None:
            check_float(value, "value")
        super().__init__(value, inputs, pull)

    @classmethod
    def node(cls, value: "Variable | Number") -> "Variable":
        """A plain array or number as a leaf."""
        return value if isinstance(value, Variable) else Variable(np.asarray(value, dtype=float))

    def fitted(self, share: Any) -> Any:
        """The share summed over the axes along which this array was broadcast: a copy."""
        shape = self.value.shape
        share = np.sum(share, axis=tuple(range(np.ndim(share) - len(shape))))
        stretched = tuple(i for i, n in enumerate(shape) if n == 1 and share.shape[i] != 1)
        return share.sum(axis=stretched, keepdims=True) if stretched else share

    def __matmul__(self, other: "Variable | np.ndarray") -> "Variable":
        """The matrix product of (n, d) and (d, k)."""
        a, b = self, self.node(other)
        y = layers.linear(a.value, b.value)
        return Variable(y, (a, b), lambda u: layers.linear_grad(a.value, b.value, u))

    def __rmatmul__(self, other: np.ndarray) -> "Variable":
        """The matrix product of a plain array and this."""
        return self.node(other) @ self

    def sum(self) -> "Variable":
        """Σ a: every element passes the same gradient."""
        return Variable(self.value.sum(), (self,), lambda u: (np.full(self.value.shape, u),))

    def mean(self) -> "Variable":
        """Σ a / N."""
        return self.sum() * (1 / self.value.size)

    def exp(self) -> "Variable":
        """e^a, element by element."""
        y = np.exp(self.value)
        return Variable(y, (self,), lambda u: (u * y,))

    def log(self) -> "Variable":
        """log a, element by element: 1/a."""
        _check_positive(self.value)
        return Variable(np.log(self.value), (self,), lambda u: (u / self.value,))

    def relu(self) -> "Variable":
        """max(a, 0)."""
        return self._through(layers.relu, layers.relu_grad)

    def tanh(self) -> "Variable":
        """tanh a."""
        return self._through(layers.tanh, layers.tanh_grad)

    def sigmoid(self) -> "Variable":
        """σ(a)."""
        return self._through(layers.sigmoid, layers.sigmoid_grad)

    def _through(self, layer: Callable, layer_grad: Callable) -> "Variable":
        return Variable(layer(self.value), (self,), lambda u: (layer_grad(self.value, u),))


def _check_positive(value: Number) -> None:
    if not np.min(value) > 0:
        raise ValueError(f"log needs positive numbers, got {np.min(value)}")
