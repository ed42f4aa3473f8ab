"""Lesson 05: answers by readers who knew the lesson, and had not seen the tables."""

import functools
import graphlib
from collections import deque

import numpy as np

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


test_right, test_wrong = further_tests(RIGHT, WRONG)
