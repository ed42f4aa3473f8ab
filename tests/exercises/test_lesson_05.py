"""Answers to lesson 05 that its table does not hold: right ones in other styles, and wrong ones."""

import sys
import threading
from collections import Counter, deque

import numpy as np

from tests.exercises.answers import collected, further_tests

RIGHT, WRONG, right, wrong = collected()


# ---- topological_order -------------------------------------------------------------------------


def _met(root):
    found, todo = {id(root): root}, [root]
    while todo:
        for source in todo.pop().inputs:
            if id(source) not in found:
                found[id(source)] = source
                todo.append(source)
    return list(found.values())


@right("topological_order")
def from_the_leaves_up(root):
    nodes = _met(root)
    waits = {id(n): len(n.inputs) for n in nodes}
    users = {id(n): [] for n in nodes}
    for n in nodes:
        for source in n.inputs:
            users[id(source)].append(n)
    ready, order = deque(n for n in nodes if not waits[id(n)]), []
    while ready:
        order.append(ready.popleft())
        for user in users[id(order[-1])]:
            waits[id(user)] -= 1
            if not waits[id(user)]:
                ready.append(user)
    return order


@right("topological_order")
def from_the_root_down_and_turned_round(root):
    uses = Counter(id(source) for n in _met(root) for source in n.inputs)
    order, ready = [], [root]
    while ready:
        order.append(ready.pop())
        for source in order[-1].inputs:
            uses[id(source)] -= 1
            if not uses[id(source)]:
                ready.append(source)
    return order[::-1]


@right("topological_order")
def with_iterators_on_a_stack(root):
    order, seen, stack = [], {root}, [(root, iter(root.inputs))]
    while stack:
        node, sources = stack[-1]
        for source in sources:
            if source not in seen:
                seen.add(source)
                stack.append((source, iter(source.inputs)))
                break
        else:
            order.append(node)
            stack.pop()
    return order


@right("topological_order")
def calling_itself_with_a_higher_limit(root):
    order, seen = [], set()

    def visit(node):
        if id(node) not in seen:
            seen.add(id(node))
            for source in node.inputs:
                visit(source)
            order.append(node)

    def run():
        visit(root)

    before = sys.getrecursionlimit()
    sys.setrecursionlimit(20_000)
    threading.stack_size(128 * 2**20)
    try:
        thread = threading.Thread(target=run)
        thread.start()
        thread.join()
    finally:
        sys.setrecursionlimit(before)
        threading.stack_size(0)
    return order


@wrong("topological_order", "The count of nodes that stand there more than once is 1")
def done_when_its_inputs_are_met(root):
    order, seen, stack = [], set(), [root]
    while stack:
        node = stack[-1]
        seen.add(id(node))
        todo = [source for source in node.inputs if id(source) not in seen]
        for source in todo:
            seen.add(id(source))
            stack.append(source)
        if not todo:
            order.append(stack.pop())
    return order


@wrong("topological_order", "The count of inputs that stand behind their user is")
def by_the_shortest_way_down(root):
    depth, nodes = {id(root): 0}, [root]
    for node in nodes:
        for source in node.inputs:
            if id(source) not in depth:
                depth[id(source)] = depth[id(node)] + 1
                nodes.append(source)
    return sorted(nodes, key=lambda n: (-depth[id(n)], len(n.inputs)))


@wrong("topological_order", "You return a dict_values; the exercise asks for a list of nodes:")
def values_of_a_dict(root):
    return {id(n): n for n in from_the_leaves_up(root)}.values()


@wrong("topological_order", "a function may call itself only about 1,000 times deep")
def calling_itself(root):
    order, seen = [], set()

    def visit(node):
        seen.add(node)
        for source in node.inputs:
            if source not in seen:
                visit(source)
        order.append(node)

    visit(root)
    return order


# ---- linear_grad -------------------------------------------------------------------------------


@right("linear_grad")
def by_einsum(x, w, upstream):
    return np.einsum("nk,dk->nd", upstream, w), np.einsum("nd,nk->dk", x, upstream)


@right("linear_grad")
def by_loops(x, w, upstream):
    grad_x, grad_w = np.zeros_like(x), np.zeros_like(w)
    for n in range(x.shape[0]):
        for d in range(w.shape[0]):
            for k in range(w.shape[1]):
                grad_x[n, d] += upstream[n, k] * w[d, k]
                grad_w[d, k] += upstream[n, k] * x[n, d]
    return grad_x, grad_w


@right("linear_grad")
def in_float32(x, w, upstream):
    x, w, upstream = np.float32(x), np.float32(w), np.float32(upstream)
    return [np.dot(upstream, w.T), np.matmul(x.T, upstream)]


@wrong("linear_grad", "is a transpose (.T) missing?")
def transposed_too_much(x, w, upstream):
    return upstream.T @ w, x @ upstream


@wrong("linear_grad", "grad_w counts the first row alone")
def returns_after_the_first_row(x, w, upstream):
    grad_w = np.zeros_like(w)
    for row, up in zip(x, upstream, strict=True):
        grad_w += np.outer(row, up)
        return upstream @ w.T, grad_w


# ---- bias_grad ---------------------------------------------------------------------------------


@right("bias_grad")
def by_ones(upstream):
    return np.ones(len(upstream)) @ upstream


@right("bias_grad")
def added_row_by_row(upstream):
    total = np.zeros(upstream.shape[-1])
    for row in upstream:
        total = total + row
    return total


@right("bias_grad")
def summed_by_python(upstream):
    return sum(upstream)


@wrong("bias_grad", "Does your `return` stand inside a loop?")
def returns_in_the_loop(upstream):
    total = 0
    for row in upstream:
        total = total + row
        return total


@wrong("bias_grad", "= overwrites")
def overwritten(upstream):
    total = np.zeros(upstream.shape[1])
    for row in upstream:
        total[:] = row
    return total


@wrong("bias_grad", "You return a list; return one NumPy array")
def a_list(upstream):
    return [sum(column) for column in upstream.T]


# ---- relu_grad ---------------------------------------------------------------------------------


@right("relu_grad")
def by_product(x, upstream):
    return upstream * (x > 0)


@right("relu_grad")
def on_a_copy(x, upstream):
    grad = upstream.copy()
    grad[x <= 0] = 0
    return grad


@right("relu_grad")
def by_sign(x, upstream):
    return np.heaviside(x, 0) * upstream


@wrong("relu_grad", "`and`, `or` and `not` want one yes or no")
def by_and(x, upstream):
    return np.where(x > 0 and upstream != 0, upstream, 0.0)


@wrong("relu_grad", "At x = 0 you pass a half")
def half_a_sign(x, upstream):
    return upstream * (np.sign(x) + 1) / 2


@wrong("relu_grad", "You return the gate alone")
def the_condition(x, upstream):
    return x > 0


test_right, test_wrong = further_tests(RIGHT, WRONG)
