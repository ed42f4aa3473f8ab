"""Lesson 05: answers by readers who knew the lesson, and had not seen the tables."""

import functools
import graphlib
import math
import operator
from collections import deque

import numpy as np

from learnkit.byhand.autograd import Scalar, Variable, backward
from learnkit.byhand.layers import bias_grad, linear_grad, relu, relu_grad
from learnkit.byhand.losses import mse_loss_grad
from tests.exercises.answers import collected, further_tests

RIGHT, WRONG, right, wrong = collected()


# ---- topological_order ---------------------------------------------------------------------------


@wrong("topological_order", "Somewhere in your list a node stands before one of its inputs. To")
def met_then_reversed(root):
    """Lists nodes as they are met from the root and reverses: a node may come after its user."""
    order, seen, todo = [], set(), [root]
    while todo:
        node = todo.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        order.append(node)
        todo.extend(node.inputs)
    return order[::-1]


@wrong("topological_order", "Your order is right, and Python gave up on the chain of 3,000: a")
def by_nested_calls(root):
    """Calls itself, so a chain of 3,000 nodes is nested too deep."""
    order, seen = [], set()

    def visit(node):
        if id(node) in seen:
            return
        seen.add(id(node))
        for source in node.inputs:
            visit(source)
        order.append(node)

    visit(root)
    return order


@wrong("topological_order", "The count of nodes that stand there more than once is 1; it should")
def marked_too_early(root):
    """Marks a node as done when it begins to wait, so its users may be written before it."""
    written, known, waiting = [], {id(root)}, [root]
    while waiting:
        missing = [i for i in waiting[-1].inputs if id(i) not in known]
        if missing:
            for i in missing:
                known.add(id(i))
                waiting.append(i)
        else:
            written.append(waiting.pop())
    return written


@wrong("topological_order", "A node was put on your waiting list twice")
def written_twice(root):
    """A node that two others wait for is written down twice."""
    order, done = [], set()
    stack = [(root, False)]
    while stack:
        node, ready = stack.pop()
        if ready:
            order.append(node)
            done.add(id(node))
        else:
            stack.append((node, True))
            for source in node.inputs:
                if id(source) not in done:
                    stack.append((source, False))
    return order


@wrong("topological_order", "You change the inputs of a node: the graph must stay as it is, for")
def cuts_the_graph(root):
    """The list is right, but every node loses its inputs: the graph is destroyed."""
    result = []
    done = set()
    stack = [root]
    while stack:
        node = stack[-1]
        todo = [i for i in node.inputs if id(i) not in done]
        if todo:
            stack.append(todo[0])
        else:
            stack.pop()
            node.inputs = ()
            if id(node) not in done:
                done.add(id(node))
                result.append(node)
    return result


@wrong("topological_order", "The count of nodes that are missing is 1; it should be 0.")
def by_levels_without_root(root):
    """Goes level by level and reverses (wrong for a node used at two levels), and leaves out
    the root."""
    queue, seen, levels = deque([root]), {id(root)}, []
    while queue:
        node = queue.popleft()
        levels.append(node)
        for i in node.inputs:
            if id(i) not in seen:
                seen.add(id(i))
                queue.append(i)
    return list(reversed(levels[1:]))


@right("topological_order")
def waiting_as_in_the_table(root):
    waiting, written, known = [root], [], set()
    while waiting:
        top = waiting[-1]
        lacks = next((i for i in top.inputs if id(i) not in known), None)
        if lacks is not None:
            waiting.append(lacks)
            continue
        waiting.pop()
        known.add(id(top))
        written.append(top)
    return written


@right("topological_order")
def by_counting_users(root):
    # first count how often each node is used, then free nodes from the root downwards
    uses, todo, met = {id(root): 0}, [root], {id(root)}
    while todo:
        for source in todo.pop().inputs:
            uses[id(source)] = uses.get(id(source), 0) + 1
            if id(source) not in met:
                met.add(id(source))
                todo.append(source)
    free, order = [root], []
    while free:
        node = free.pop()
        order.append(node)
        for source in node.inputs:
            uses[id(source)] -= 1
            if uses[id(source)] == 0:
                free.append(source)
    order.reverse()
    return order


@right("topological_order")
def by_graphlib(root):
    nodes, todo = {id(root): root}, [root]
    sorter = graphlib.TopologicalSorter()
    while todo:
        node = todo.pop()
        sorter.add(id(node), *(id(i) for i in node.inputs))
        for i in node.inputs:
            if id(i) not in nodes:
                nodes[id(i)] = i
                todo.append(i)
    return [nodes[key] for key in sorter.static_order()]


# ---- linear_grad ---------------------------------------------------------------------------------


@wrong("linear_grad", "reshape keeps the order of the numbers in memory, and so it is no")
def turned_by_reshape(x, w, upstream):
    """W is turned by reshape in place of a transposition."""
    d, k = w.shape
    grad_x = upstream @ w.reshape(k, d)
    return grad_x, x.T @ upstream


@wrong("linear_grad", "In grad_x you multiply sums: each product upstream[i, k] * w[j, k] comes")
def product_of_sums(x, w, upstream):
    """The sum of products is taken for a product of sums in the gradient of x."""
    grad_x = upstream.sum(axis=1, keepdims=True) * w.sum(axis=1)
    grad_w = x.T @ upstream
    return grad_x, grad_w


@wrong("linear_grad", "Two things at once. grad_w is transposed: it must have the shape of w.")
def swapped_and_turned(x, w, upstream):
    """The two are handed back in the wrong order, and the gradient of w is (k, d)."""
    gx = upstream @ w.transpose()
    gw = upstream.transpose() @ x
    return gw, gx


@wrong("linear_grad", "grad_w counts the last row alone: the gradients of all rows of the batch")
def last_row_alone(x, w, upstream):
    """The loop over the rows overwrites the gradient of w, so that the last row alone counts."""
    grad_x = np.zeros(x.shape)
    grad_w = np.zeros(w.shape)
    for i in range(x.shape[0]):
        for j in range(x.shape[1]):
            grad_x[i, j] = np.sum(upstream[i] * w[j])
            grad_w[j] = x[i, j] * upstream[i]
    return grad_x, grad_w


@right("linear_grad")
def by_einsum(x, w, upstream):
    return np.einsum("ik,jk->ij", upstream, w), np.einsum("ij,ik->jk", x, upstream)


@right("linear_grad")
def share_by_share(x, w, upstream):
    kind = np.result_type(x, w, upstream)
    gx, gw = np.zeros(x.shape, kind), np.zeros(w.shape, kind)
    n, d = x.shape
    for i in range(n):
        for j in range(d):
            for k, u in enumerate(upstream[i]):
                gx[i, j] += u * w[j, k]
                gw[j, k] += u * x[i, j]
    return gx, gw


# ---- bias_grad -----------------------------------------------------------------------------------


@wrong("bias_grad", "Your function changes its argument `upstream` in place: work on a copy.")
def adds_into_first_row(upstream):
    """Adds into the first row of the upstream gradient, which is changed."""
    total = upstream[0]
    for row in upstream[1:]:
        total += row
    return total


@wrong("bias_grad", "The result is one number; it must be an array of shape (1,).")
def squeezed(upstream):
    """Squeezes, so that a bias of one number loses its axis."""
    return np.sum(upstream, axis=0, keepdims=True).squeeze()


@wrong("bias_grad", "The result holds whole numbers (int64): an array of whole numbers loses")
def collected_in_integers(upstream):
    """Collects in an array of integers, so that fractions are cut off."""
    n, d = upstream.shape
    grad = np.zeros(d, dtype=int)
    for i in range(n):
        for j in range(d):
            grad[j] += upstream[i, j]
    return grad


@wrong("bias_grad", "Two things at once. You kept the summed axis: (1, d). The bias has the")
def summed_over_neurons(upstream):
    """Sums over the neurons, and keeps the axis: (n, 1) in place of (d,)."""
    return upstream.sum(axis=-1, keepdims=True)


@right("bias_grad")
def ones_times_upstream(upstream):
    rows = upstream.shape[0]
    return np.ones(rows, dtype=upstream.dtype) @ upstream


@right("bias_grad")
def folded(upstream):
    return functools.reduce(
        lambda a, b: a + b, upstream, np.zeros_like(upstream, shape=upstream.shape[1:])
    )


# ---- relu_grad -----------------------------------------------------------------------------------


@wrong("relu_grad", "Your function changes its argument `upstream` in place: work on a copy.")
def zeros_in_place(x, upstream):
    """Zeros are written into the upstream gradient itself, and 0 lets the gradient pass."""
    upstream[x < 0] = 0
    return upstream


@wrong("relu_grad", "You multiply upstream by max(x, 0): where x > 0 the derivative is 1,")
def times_relu(x, upstream):
    """Multiplies the upstream gradient by relu(x) in place of its slope."""
    return np.maximum(x, 0) * upstream


@wrong("relu_grad", "You apply ReLU to upstream and gate it as well: a negative gradient passes")
def both_gates(x, upstream):
    """Stops negative gradients, too."""
    passes = np.logical_and(x > 0, upstream > 0)
    return np.where(passes, upstream, 0.0)


@wrong("relu_grad", "You turn the sign where x is negative: there nothing passes at all.")
def by_sign(x, upstream):
    """Uses the sign of x: where x is negative the gradient comes back with the other sign."""
    return upstream * np.sign(x)


@wrong("relu_grad", "Where x is not positive you pass x itself: there pass 0.")
def x_where_shut(x, upstream):
    """Where the gate is shut, x is handed back in place of 0."""
    out = x.copy()
    is_open = x > 0
    out[is_open] = upstream[is_open]
    return out


@right("relu_grad")
def number_by_number(x, upstream):
    flat = [u if v > 0 else 0 for v, u in zip(np.ravel(x), np.ravel(upstream), strict=True)]
    return np.array(flat, dtype=upstream.dtype).reshape(x.shape)


@right("relu_grad")
def copied_where_open(x, upstream):
    passed = np.zeros_like(upstream)
    np.copyto(passed, upstream, where=np.greater(x, 0))
    return passed


class _PullOfProduct:
    def __init__(self, *factors):
        self.factors = factors

    def __call__(self, u):
        first, second = self.factors
        return (u * second, u * first)


class _Quotient:
    def __init__(self, top, bottom):
        self.top, self.bottom = top, bottom

    def value(self):
        return operator.truediv(self.top.value, self.bottom.value)

    def shares(self, upstream):
        numerator_share = upstream / self.bottom.value
        return numerator_share, 0.0 - numerator_share * self.top.value / self.bottom.value


# ---- multiply ------------------------------------------------------------------------------------


@wrong("multiply", "You hand each number its own value times u. If a grows, the product grows")
def product_own_value(a, b):
    """Each input gets its own value as the derivative, not the other's."""
    return Scalar(a.value * b.value, (a, b), lambda u: (u * a.value, u * b.value))


@wrong("multiply", "u does not count in your shares: by the chain rule each derivative is")
def product_without_upstream(a, b):
    """The upstream gradient is left out."""
    return Scalar(a.value * b.value, (a, b), lambda u: (b.value, a.value))


@wrong("multiply", "You hand u on as it is, as a sum does: in a product a change of a is")
def product_pull_of_a_sum(a, b):
    """Pull is copied from the sum: both shares are u."""
    return Scalar(a.value * b.value, (a, b), lambda u: (u, u))


@wrong("multiply", "You find a share by dividing the product, which fails where the number is")
def product_share_by_quotient(a, b):
    """The share is found as product / a, which divides by zero where a value is 0."""
    product = a.value * b.value

    def pull(u):
        return u * product / a.value, u * product / b.value

    return Scalar(product, (a, b), pull)


@wrong("multiply", "You compute with nodes where numbers are meant: a.value and b.value are the")
def product_shares_are_nodes(a, b):
    """The shares are nodes, not numbers."""
    return Scalar(a.value * b.value, (a, b), lambda u: (b * u, a * u))


@wrong("multiply", "Your pull returns a float; return two shares, for a and for b: lambda u:")
def product_shares_added(a, b):
    """Pull returns one number, the sum of both shares."""

    def pull(u):
        return u * b.value + u * a.value

    return Scalar(a.value * b.value, (a, b), pull)


@wrong("multiply", "The inputs of your node are not a and b themselves: return one node, made")
def product_forgets_its_inputs(a, b):
    """Only the value is computed; the node has no inputs and no pull."""
    return Scalar(a.value * b.value)


@wrong("multiply", "The inputs of your node are not a and b themselves: return one node, made")
def product_crossed(a, b):
    """Two faults: the inputs stand in the other order than the shares, and the second share
    lacks u."""
    return Scalar(a.value * b.value, (b, a), lambda u: (u * b.value, a.value))


@right("multiply")
def product_with_keywords(a, b):
    left, right_ = a.value, b.value

    def pull(upstream):
        to_a = right_ * upstream
        to_b = left * upstream
        return to_a, to_b

    return Scalar(value=left * right_, inputs=[a, b], pull=pull)


@right("multiply")
def product_with_a_callable(a, b):
    return Scalar(operator.mul(a.value, b.value), (a, b), _PullOfProduct(a.value, b.value))


@right("multiply")
def product_by_mirrored_factors(a, b):
    nodes = (a, b)
    value = math.prod(node.value for node in nodes)
    return Scalar(value, nodes, lambda u: tuple(u * other.value for other in reversed(nodes)))


# ---- divide --------------------------------------------------------------------------------------


@wrong("divide", "The minus in b's share is missing: where b grows, a / b becomes smaller.")
def quotient_without_minus(a, b):
    """The minus sign of the denominator's share is missing."""
    return Scalar(a.value / b.value, (a, b), lambda u: (u / b.value, u * a.value / b.value**2))


@wrong("divide", "a is missing in b's share: -u * a.value / b.value**2.")
def quotient_share_of_one_over_b(a, b):
    """The denominator's share is -u / b squared: the numerator a is left out."""
    return Scalar(a.value / b.value, (a, b), lambda u: (u / b.value, -u / b.value**2))


@wrong("divide", "Your result is what comes out when nothing is divided by `b.value ** 2`.")
def quotient_without_brackets(a, b):
    """No brackets: / b * b divides and multiplies again, so the second share is -u a."""
    x, y = a.value, b.value

    def pull(u):
        return u / y, -u * x / y * y

    return Scalar(x / y, (a, b), pull)


@wrong("divide", "b's share is divided by b², and yours by b: the derivative of 1/b is -1/b².")
def quotient_without_the_square(a, b):
    """The denominator's share is divided by b, not by its square."""

    def pull(u):
        return (u / b.value, -u * a.value / b.value)

    return Scalar(a.value / b.value, (a, b), pull)


@wrong("divide", "You find a's share by dividing the quotient by a, which fails where a is 0:")
def quotient_by_its_value(a, b):
    """The derivative with respect to a is found as q / a, which fails at a = 0."""
    q = a.value / b.value
    return Scalar(q, (a, b), lambda u: (u * q / a.value, -u * q / b.value))


@wrong("divide", "u does not count in b's share: by the chain rule each derivative is")
def quotient_half_upstream(a, b):
    """The second share lacks u: right only where the quotient is the root."""
    return Scalar(a.value / b.value, (a, b), lambda u: (u / b.value, -a.value / b.value**2))


@wrong("divide", "The share of a, where u is 3 has lost its sign: it is right but for that.")
def quotient_with_size_of_b(a, b):
    """Uses |b| in the numerator's share, so the sign is wrong for a negative denominator."""
    one_over = abs(b.value) ** -1
    return Scalar(a.value / b.value, (a, b), lambda u: (u * one_over, -u * a.value * one_over**2))


@wrong("divide", "The value is not what it should be. 2 of 5 inputs come out right; this is the")
def quotient_whole_and_swapped(a, b):
    """Two faults: whole-number division for the value, and the shares in the wrong order."""
    return Scalar(a.value // b.value, (a, b), lambda u: (-u * a.value / b.value**2, u / b.value))


@wrong("divide", "The inputs of your node are not a and b themselves: return one node, made")
def quotient_of_a_detached_inverse(a, b):
    """The node's inputs are a and the number 1 / b, so nothing flows back to b."""
    inverse = Scalar(1 / b.value)
    return Scalar(a.value * inverse.value, (a, inverse), lambda u: (u * inverse.value, u * a.value))


@right("divide")
def quotient_reuses_the_value(a, b):
    q = a.value / b.value

    def pull(u):
        to_a = u / b.value
        return to_a, -to_a * q

    return Scalar(q, (a, b), pull)


@right("divide")
def quotient_by_partial_derivatives(a, b):
    top, bottom = a.value, b.value
    slopes = (1 / bottom, -(top / bottom) / bottom)
    return Scalar(
        value=top / bottom, inputs=(a, b), pull=lambda u: tuple(slope * u for slope in slopes)
    )


@right("divide")
def quotient_as_an_object(a, b):
    quotient = _Quotient(a, b)
    return Scalar(quotient.value(), [a, b], quotient.shares)


# ---- two_layer_gradients -------------------------------------------------------------------------


@wrong("two_layer_gradients", "The loss is the mean over all elements; you divide by the number")
def two_layers_mean_over_rows(x, target, weights):
    """Divides by the number of rows only, not by all numbers of y."""
    w1, b1, w2, b2 = weights
    z = x @ w1 + b1
    h = np.maximum(z, 0)
    y = h @ w2 + b2
    dy = 2 * (y - target) / len(x)
    dz = (dy @ w2.T) * (z > 0)
    return x.T @ dz, dz.sum(axis=0), h.T @ dy, dy.sum(axis=0)


@wrong("two_layer_gradients", "The ReLU is missing on the way back: where z is not positive the")
def two_layers_without_gate(x, target, weights):
    """The gate is forgotten on the way back."""
    w1, b1, w2, b2 = weights
    h = relu(x @ w1 + b1)
    up = mse_loss_grad(h @ w2 + b2, target)
    back, grad_w2 = linear_grad(h, w2, up)
    _, grad_w1 = linear_grad(x, w1, back)
    return [grad_w1, bias_grad(back), grad_w2, bias_grad(up)]


@wrong("two_layer_gradients", "The input of the second layer is h, and not z: linear_grad(h,")
def two_layers_z_for_h(x, target, weights):
    """The second layer's gradient is taken with z instead of h = relu(z)."""
    w1, b1, w2, b2 = weights
    z = x @ w1 + b1
    y = relu(z) @ w2 + b2
    up2 = mse_loss_grad(y, target)
    back, g2 = linear_grad(z, w2, up2)
    up1 = relu_grad(z, back)
    g1 = linear_grad(x, w1, up1)[1]
    return [g1, bias_grad(up1), g2, bias_grad(up2)]


@wrong("two_layer_gradients", "The layers have changed places: the order is w1, b1, w2, b2.")
def two_layers_in_backward_order(x, target, weights):
    """The gradients come in the order of the walk back: w2, b2, w1, b1."""
    w1, b1, w2, b2 = weights
    z = x @ w1 + b1
    h = relu(z)
    up = mse_loss_grad(h @ w2 + b2, target)
    answer = []
    back, grad = linear_grad(h, w2, up)
    answer += [grad, bias_grad(up)]
    up = relu_grad(z, back)
    _, grad = linear_grad(x, w1, up)
    answer += [grad, bias_grad(up)]
    return answer


@wrong("two_layer_gradients", "On the way back you apply ReLU itself to what comes back: it is")
def two_layers_gate_on_upstream(x, target, weights):
    """The gate looks at the gradient that comes back, not at z."""
    w1, b1, w2, b2 = weights
    z = x @ w1 + b1
    h = relu(z)
    up2 = mse_loss_grad(h @ w2 + b2, target)
    back, grad2 = linear_grad(h, w2, up2)
    up1 = relu(back)
    _, grad1 = linear_grad(x, w1, up1)
    return grad1, bias_grad(up1), grad2, bias_grad(up2)


@wrong("two_layer_gradients", "w2 was reshaped where it must be transposed: reshape keeps the")
def two_layers_reshaped(x, target, weights):
    """W2 is reshaped, not transposed, to make the shapes fit: right only for one output or one
    neuron."""
    w1, b1, w2, b2 = weights
    z = np.dot(x, w1) + b1
    h = np.where(z > 0, z, 0.0)
    up = 2 * (np.dot(h, w2) + b2 - target) / target.size
    back = np.dot(up, w2.reshape(w2.shape[1], w2.shape[0]))
    back = np.where(z > 0, back, 0.0)
    return np.dot(x.T, back), back.sum(0), np.dot(h.T, up), up.sum(0)


@wrong("two_layer_gradients", "You average over the rows for the biases: a bias is used in")
def two_layers_mean_for_bias(x, target, weights):
    """The gradients of the biases are means over the rows, not sums."""
    w1, b1, w2, b2 = weights
    z = x @ w1 + b1
    h = relu(z)
    up2 = mse_loss_grad(h @ w2 + b2, target)
    back, grad_w2 = linear_grad(h, w2, up2)
    up1 = relu_grad(z, back)
    _, grad_w1 = linear_grad(x, w1, up1)
    return [grad_w1, up1.mean(axis=0), grad_w2, up2.mean(axis=0)]


@wrong("two_layer_gradients", "On the way back your ReLU hands the gradient on where z is 0:")
def two_layers_gate_open_at_zero(x, target, weights):
    """The gate is open at 0: where z is exactly 0 the gradient passes."""
    w1, b1, w2, b2 = weights
    z = x @ w1 + b1
    h = relu(z)
    up2 = mse_loss_grad(h @ w2 + b2, target)
    up1 = (up2 @ w2.T) * (z >= 0)
    return [x.T @ up1, up1.sum(axis=0), h.T @ up2, up2.sum(axis=0)]


@wrong("two_layer_gradients", "The gradient of w1 is not what it should be. 2 of its 4 elements")
def two_layers_that_step(x, target, weights):
    """The gradients are subtracted from the weights in place on the way back: the caller's
    weights change, and w1 sees the new w2."""
    w1, b1, w2, b2 = weights
    z = x @ w1 + b1
    h = relu(z)
    up2 = mse_loss_grad(h @ w2 + b2, target)
    _, g2 = linear_grad(h, w2, up2)
    w2 -= 0.01 * g2
    b2 -= 0.01 * bias_grad(up2)
    up1 = relu_grad(z, up2 @ w2.T)
    g1 = x.T @ up1
    return [g1, bias_grad(up1), g2, bias_grad(up2)]


@wrong("two_layer_gradients", "Two things at once. On the way forward b1 is missing. And your")
def two_layers_signs_and_bias(x, target, weights):
    """Two faults: forwards b1 is left out, and the error is target - y."""
    w1, b1, w2, b2 = weights
    z = x @ w1
    h = relu(z)
    up2 = mse_loss_grad(target, h @ w2 + b2)
    up1 = relu_grad(z, up2 @ w2.T)
    return x.T @ up1, bias_grad(up1), h.T @ up2, bias_grad(up2)


@right("two_layer_gradients")
def two_layers_by_einsum(x, target, weights):
    w1, b1, w2, b2 = weights
    z = np.einsum("nd,dm->nm", x, w1) + b1
    h = np.clip(z, 0, None)
    u = (np.einsum("nm,mk->nk", h, w2) + b2 - target) * (2 / target.size)
    v = np.einsum("nk,mk,nm->nm", u, w2, (z > 0).astype(float))
    return [
        np.einsum("nd,nm->dm", x, v),
        np.einsum("nm->m", v),
        np.einsum("nm,nk->mk", h, u),
        np.einsum("nk->k", u),
    ]


@right("two_layer_gradients")
def two_layers_row_by_row(x, target, weights):
    w1, b1, w2, b2 = weights
    g_w1, g_b1, g_w2, g_b2 = (np.zeros(a.shape) for a in weights)
    for row, wanted in zip(x, target):
        z = row @ w1 + b1
        h = np.array([max(number, 0.0) for number in z])
        u = 2 * (h @ w2 + b2 - wanted) / target.size
        g_w2 += np.outer(h, u)
        g_b2 += u
        v = np.array([share if number > 0 else 0.0 for number, share in zip(z, w2 @ u)])
        g_w1 += np.outer(row, v)
        g_b1 += v
    return g_w1, g_b1, g_w2, g_b2


@right("two_layer_gradients")
def two_layers_by_the_graph(x, target, weights):
    leaves = [Variable(a) for a in weights]
    h = (x @ leaves[0] + leaves[1]).relu()
    backward(((h @ leaves[2] + leaves[3] - target) ** 2).mean())
    return [leaf.grad for leaf in leaves]


@right("two_layer_gradients")
def two_layers_on_a_stack(x, target, weights):
    w1, b1, w2, b2 = weights
    stack = [(x, w1, z := x @ w1 + b1), (h := relu(z), w2, None)]
    upstream, found = mse_loss_grad(h @ w2 + b2, target), []
    while stack:
        entered, w, _ = stack.pop()
        back, grad_w = linear_grad(entered, w, upstream)
        found = [grad_w, bias_grad(upstream), *found]
        if stack:
            upstream = relu_grad(stack[-1][2], back)
    return found


test_right, test_wrong = further_tests(RIGHT, WRONG)
