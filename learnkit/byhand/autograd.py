"""Reverse mode by hand: a network's gradient, from numbers that remember where they came from.

Every operation makes a node: its value, its inputs, and `pull`, which turns the gradient by the
node into gradients by its inputs (the chain rule, one link). `backward` walks the graph from the
loss to the leaves, users before what they use, and adds up. `Scalar` holds one number, to see
through; `Variable` holds an array, to train with. That is the whole of it.
Source: Linnainmaa (1976); Baydin et al. (2018), Automatic differentiation in machine learning.
"""

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from learnkit.byhand import layers
from learnkit.shapes import check_float

Pull = Callable[[Any], tuple]


class Node:
    """A value in the graph; `grad` is filled by `backward`, and None before it."""

    value: Any  # a number in a Scalar, an array in a Variable
    grad: Any  # of the same kind

    def __init__(self, value: object, inputs: Sequence["Node"] = (), pull: Pull | None = None):
        """`pull` maps the gradient by this node to those by `inputs`, one each."""
        self.value, self.inputs, self.pull, self.grad = value, tuple(inputs), pull, None


def topological_order(root: Node) -> list[Node]:
    """Every node that `root` depends on, each once: inputs before users, `root` last.

    A loop with its own stack, so a chain of a million nodes is no deeper than one of two.
    """
    order: list[Node] = []
    seen = {id(root)}
    stack = [(root, iter(root.inputs))]
    while stack:
        node, inputs = stack[-1]
        fresh = next((i for i in inputs if id(i) not in seen), None)
        if fresh is None:  # all its inputs stand in the order: now it may
            order.append(node)
            stack.pop()
        else:
            seen.add(id(fresh))
            stack.append((fresh, iter(fresh.inputs)))
    return order


def backward(root: Node) -> None:
    """Fills `grad` of every node under `root`: how much `root` grows when that node does.

    Starts afresh each time: nothing is left over from an earlier call, unlike in torch.
    Raises ValueError where `root` is no single number.
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
        if node.pull is None:
            continue
        for source, share in zip(node.inputs, node.pull(node.grad), strict=True):
            source.grad = share if source.grad is None else source.grad + share


# ---- one number --------------------------------------------------------------------------------


class Scalar(Node):
    """One number. Sums, products, powers and a few functions make a graph as they go.

    >>> x = Scalar(3.0)
    >>> backward(x * x + x)
    >>> x.grad  # 2x + 1
    7.0
    """

    def __add__(self, other: "Scalar | float | int") -> "Scalar":
        """a + b passes its gradient to both."""
        other = _scalar(other)
        return Scalar(self.value + other.value, (self, other), lambda u: (u, u))

    def __mul__(self, other: "Scalar | float | int") -> "Scalar":
        """a b passes to each its gradient times the other."""
        a, b = self, _scalar(other)
        return Scalar(a.value * b.value, (a, b), lambda u: (u * b.value, u * a.value))

    def __pow__(self, n: float | int) -> "Scalar":
        """aⁿ, n a plain number: n aⁿ⁻¹."""
        return Scalar(self.value**n, (self,), lambda u: (u * _power_slope(self.value, n),))

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

    def __neg__(self) -> "Scalar":
        """-a."""
        return self * -1.0

    def __sub__(self, other: "Scalar | float | int") -> "Scalar":
        """a - b passes its gradient to a, and its negative to b."""
        other = _scalar(other)
        return Scalar(self.value - other.value, (self, other), lambda u: (u, -u))

    def __truediv__(self, other: "Scalar | float | int") -> "Scalar":
        """a / b."""
        return self * _scalar(other) ** -1.0

    def __rsub__(self, other: float | int) -> "Scalar":
        """b - a, b a plain number."""
        return _scalar(other) - self

    def __rtruediv__(self, other: float | int) -> "Scalar":
        """b / a, b a plain number."""
        return _scalar(other) / self

    __radd__, __rmul__ = __add__, __mul__


def _scalar(value: "Scalar | float | int") -> Scalar:
    return value if isinstance(value, Scalar) else Scalar(float(value))


# ---- an array ----------------------------------------------------------------------------------


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

    def __add__(self, other: object) -> "Variable":
        """a + b."""
        a, b = self, _variable(other)
        return Variable(
            a.value + b.value,
            (a, b),
            lambda u: (_shrunk(u, a.value.shape), _shrunk(u, b.value.shape)),
        )

    def __mul__(self, other: object) -> "Variable":
        """a b, element by element."""
        a, b = self, _variable(other)
        return Variable(
            a.value * b.value,
            (a, b),
            lambda u: (_shrunk(u * b.value, a.value.shape), _shrunk(u * a.value, b.value.shape)),
        )

    def __matmul__(self, other: object) -> "Variable":
        """The matrix product of (n, d) and (d, k)."""
        a, b = self, _variable(other)
        y = layers.linear(a.value, b.value)
        return Variable(y, (a, b), lambda u: layers.linear_grad(a.value, b.value, u))

    def __rmatmul__(self, other: object) -> "Variable":
        """The matrix product of a plain array and this."""
        return _variable(other) @ self

    def __pow__(self, n: float | int) -> "Variable":
        """aⁿ, n a plain number."""
        return Variable(self.value**n, (self,), lambda u: (u * _power_slope(self.value, n),))

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

    def __neg__(self) -> "Variable":
        """-a."""
        return self * -1.0

    def __sub__(self, other: object) -> "Variable":
        """a - b."""
        a, b = self, _variable(other)
        return Variable(
            a.value - b.value,
            (a, b),
            lambda u: (_shrunk(u, a.value.shape), _shrunk(-u, b.value.shape)),
        )

    def __truediv__(self, other: object) -> "Variable":
        """a / b, element by element."""
        return self * _variable(other) ** -1.0

    def __rsub__(self, other: object) -> "Variable":
        """b - a, b a plain array."""
        return _variable(other) - self

    def __rtruediv__(self, other: object) -> "Variable":
        """b / a, b a plain array."""
        return _variable(other) / self

    __radd__, __rmul__ = __add__, __mul__

    def _through(self, layer: Callable, layer_grad: Callable) -> "Variable":
        return Variable(layer(self.value), (self,), lambda u: (layer_grad(self.value, u),))


def _variable(value: object) -> Variable:
    return value if isinstance(value, Variable) else Variable(np.asarray(value, dtype=float))


def _power_slope(value: np.ndarray | float, n: float | int) -> np.ndarray | float:
    return n * value ** (n - 1) if n != 0 else 0.0 * value  # a⁰ is 1 everywhere, at 0 too


def _check_positive(value: np.ndarray | float) -> None:
    if not np.min(value) > 0:
        raise ValueError(f"log needs positive numbers, got {np.min(value)}")


def _shrunk(grad: np.ndarray | float, shape: tuple[int, ...]) -> np.ndarray | float:
    """Sums a gradient over the axes along which `shape` was broadcast."""
    summed = np.sum(grad, axis=tuple(range(np.ndim(grad) - len(shape))))
    stretched = tuple(i for i, n in enumerate(shape) if n == 1 and summed.shape[i] != 1)
    return summed.sum(axis=stretched, keepdims=True) if stretched else summed
