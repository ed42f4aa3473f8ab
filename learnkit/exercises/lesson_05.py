"""Lesson 05: gradients carried backward, link by link."""

import numpy as np

from learnkit.byhand import layers
from learnkit.exercises.table import Exercise, case
from learnkit.exercises.worker import OddResultError

_rng = np.random.default_rng(5)

# ---- topological_order -------------------------------------------------------------------------


_AGAIN_AND_AGAIN = (
    "Your walk comes back to the same nodes again and again: 25 diamonds on top of each other have "
    "76 nodes and 2²⁵ ways down. Remember whom you have met (a set of id(node)), and visit each "
    "node once."
)


def _graph(edges, chain):
    """The root of a graph: `edges` are pairs (user, input); a chain of nodes stands on node 0.

    Each look at a node's inputs is counted, so that a walk of millions ends as a sentence.
    """
    size = int(edges.max(initial=0)) + 1 + chain
    looks = [0]

    class Node:
        _inputs = ()

        @property
        def inputs(self):
            looks[0] += 1
            if looks[0] > 1000 + 20 * size**2:
                raise OddResultError(_AGAIN_AND_AGAIN)
            return self._inputs

        @inputs.setter
        def inputs(self, value):
            raise OddResultError(
                "You change the inputs of a node: the graph must stay as it is, for the gradients "
                "will walk it next."
            )

    nodes = [Node() for _ in range(size - chain)]
    for user, source in edges:
        nodes[user]._inputs += (nodes[source],)
    root = nodes[0]
    for _ in range(chain):
        below, root = root, Node()
        root._inputs = (below,)
    return (root,), {}


def _invariants(result, root):
    if not isinstance(result, list):
        ordered = hasattr(result, "__iter__") and not isinstance(result, set | frozenset | str)
        more = ": wrap it in list(...)" if ordered else ""
        raise OddResultError(
            f"You return a {type(result).__name__}; asked is a list of nodes{more}."
        )
    under, todo = {id(root): root}, [root]
    while todo:
        for source in todo.pop()._inputs:
            if id(source) not in under:
                under[id(source)] = source
                todo.append(source)
    strange = [type(item).__name__ for item in result if id(item) not in under]
    if strange:
        raise OddResultError(
            f"Your list holds a {strange[0]} that is none of the nodes under root; "
            "put in the nodes themselves."
        )
    marks = [k for node in result for k, v in vars(node).items() if isinstance(v, bool | str)]
    if marks:
        raise OddResultError(
            f"Your walk leaves a mark on the nodes ({marks[0]}). Weights live on into the next "
            "training step, and the next walk would pass them by: keep a set of your own."
        )
    place = {id(node): i for i, node in enumerate(result)}
    pairs = [(node, source) for node in under.values() for source in node._inputs]
    behind = sum(
        place[id(source)] > place[id(node)]
        for node, source in pairs
        if id(source) in place and id(node) in place
    )
    return {
        "count of nodes that stand there more than once": len(result) - len(place),
        "count of nodes that are missing": len(under) - len(place),
        "count of inputs that stand behind their user": behind,
        "last place (1 where root stands there)": int(bool(result) and result[-1] is root),
    }


def _topological_order(root):
    order, seen, stack = [], set(), [(root, False)]
    while stack:
        node, inputs_done = stack.pop()
        if inputs_done:
            order.append(node)
        elif id(node) not in seen:
            seen.add(id(node))
            stack.append((node, True))
            stack += [(i, False) for i in node.inputs]
    return order


def _drawn(edges, shown, chain=0):
    return case(np.array(edges, int).reshape(-1, 2), chain, note=shown)


_diamond = np.array([(0, 1), (0, 2), (1, 3), (2, 3)])
_storeys = np.concatenate([_diamond + 3 * storey for storey in range(25)])

topological_order = Exercise(
    "topological_order",
    _topological_order,
    cases=[
        _drawn([], "root alone, without inputs"),
        _drawn([(0, 1), (1, 2)], "a chain: root was made of a, and a of b"),
        _drawn([(0, 1), (0, 1)], "root = a + a"),
        _drawn(
            [(0, 1), (0, 2), (1, 3), (2, 3)], "a diamond: root of a and b, and both of these of c"
        ),
        _drawn([(0, 2), (0, 1), (1, 3), (3, 2)], "root of a and b; b of c; c of a"),
        _drawn(
            [(0, 1), (0, 3), (1, 2), (2, 3), (3, 4), (3, 5), (5, 4), (1, 5), (4, 6)],
            "seven nodes, several of them used twice",
        ),
        _drawn(_storeys, "25 diamonds on top of each other"),
        _drawn([(0, 1), (0, 2), (1, 2)], "a chain of 3,000 nodes on top of a small graph", 3000),
    ],
    build=_graph,
    probe=_invariants,
    hints=(
        "Put a node into the list only when all its inputs are in it already. Walk down from root, "
        "and remember whom you have met, so that a shared node is taken once.",
        "A stack of your own in place of calling yourself: push (node, False); when it is popped, "
        "push (node, True) and then its inputs; when (node, True) is popped, its inputs are done, "
        "and it goes into the list.",
        "order, seen, stack = [], set(), [(root, False)]\n"
        "while stack:\n"
        "    node, inputs_done = stack.pop()\n"
        "    if inputs_done:\n"
        "        order.append(node)\n"
        "    elif id(node) not in seen:\n"
        "        seen.add(id(node))\n"
        "        stack.append((node, True))\n"
        "        stack += [(i, False) for i in node.inputs]\n"
        "return order",
    ),
    why="Walked backwards, in this order every node has its whole gradient before it hands it on:"
    " each link is crossed once, so the way back costs about as much as the forward pass.",
    points=3,
)


_REPEATS = (
    "A node that is used twice stands in your list twice: remember whom you have met (a set of "
    "id(node)), and pass by those."
)


@topological_order.mistake(_REPEATS)
def repeats_shared_nodes(root):
    order, stack = [], [(root, False)]
    while stack:
        node, done = stack.pop()
        if done:
            order.append(node)
        else:
            stack.append((node, True))
            stack += [(i, False) for i in node.inputs]
    return order


@topological_order.mistake(_REPEATS)
def repeats_and_calls_itself(root):
    order = []

    def visit(node):
        for source in node.inputs:
            visit(source)
        order.append(node)

    visit(root)
    return order


@topological_order.mistake(
    "Your order is right, and Python gave up on the chain of 3,000: a function may call itself "
    "only about 1,000 times deep. Use a loop with a stack of your own (a list)."
)
def recursion_limit(root):
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


_TURNED = "Your order is turned round: inputs come before their users, and root comes last."


@topological_order.mistake(_TURNED)
def users_first(root):
    return _topological_order(root)[::-1]


@topological_order.mistake(_TURNED)
def users_first_and_calls_itself(root):
    return recursion_limit(root)[::-1]


_BEFORE_AN_INPUT = (
    "Somewhere in your list a node stands before one of its inputs. To turn round the order in "
    "which the nodes are met, or their levels, is not enough: a node may be met early and needed "
    "late. Put it down when all its inputs are in the list."
)


@topological_order.mistake(_BEFORE_AN_INPUT)
def met_order_turned_round(root):
    order, seen, stack = [], {id(root)}, [root]
    while stack:
        node = stack.pop()
        order.append(node)
        for source in node.inputs:
            if id(source) not in seen:
                seen.add(id(source))
                stack.append(source)
    return order[::-1]


@topological_order.mistake(_BEFORE_AN_INPUT)
def level_by_level(root):
    order, seen = [root], {id(root)}
    for node in order:
        for source in node.inputs:
            if id(source) not in seen:
                seen.add(id(source))
                order.append(source)
    return order[::-1]


@topological_order.mistake(
    "You put a node down before its inputs: first the inputs, then the node."
)
def node_before_inputs(root):
    order, seen, stack = [], set(), [root]
    while stack:
        node = stack.pop()
        if id(node) not in seen:
            seen.add(id(node))
            order.append(node)
            stack += node.inputs[::-1]
    return order


@topological_order.mistake("root itself is missing: it stands last.")
def root_missing(root):
    return _topological_order(root)[:-1]


@topological_order.mistake(
    "The nodes without inputs are missing: they are numbers that gradients are wanted for."
)
def leaves_missing(root):
    return [node for node in _topological_order(root) if node.inputs]


@topological_order.mistake(
    "Only root and its own inputs are there: go on to the inputs of these, down to the leaves."
)
def one_level(root):
    return [*dict.fromkeys(root.inputs), root]


@topological_order.mistake("Only the leaves are there: every node on the way belongs to the list.")
def leaves_alone(root):
    return [node for node in _topological_order(root) if not node.inputs]


@topological_order.mistake("You return root alone: its inputs belong in front of it, and theirs.")
def root_alone(root):
    return [root]


@topological_order.mistake(
    "You follow the first input alone: a node may have been made of several."
)
def first_input_alone(root):
    order = [root]
    while order[-1].inputs:
        order.append(order[-1].inputs[0])
    return order[::-1]


@topological_order.mistake(
    "You return a set, which has no order: the order is what is asked for. Append to a list, and "
    "keep the set for whom you have met."
)
def a_set(root):
    return set(_topological_order(root))


@topological_order.mistake("You return places in memory, id(node); put in the nodes themselves.")
def ids(root):
    return [id(node) for node in _topological_order(root)]


# ---- linear_grad -------------------------------------------------------------------------------


def _two(result, x, w, upstream):
    if not isinstance(result, tuple | list) or len(result) != 2:
        got = f"{len(result)} things" if isinstance(result, tuple | list) else "one thing"
        raise OddResultError(f"You return {got}; asked are two gradients: return grad_x, grad_w.")
    return {"grad_x": result[0], "grad_w": result[1]}


linear_grad = Exercise(
    "linear_grad",
    layers.linear_grad,
    cases=[
        case(np.array([[2.0]]), np.array([[3.0]]), np.array([[1.0]])),
        case(np.array([[1.0, 2.0]]), np.array([[3.0], [4.0]]), np.array([[10.0]])),
        case(*_rng.integers(-3, 4, (3, 2, 2)).astype(float)),
        case(np.array([[1.0], [2.0], [3.0]]), np.array([[1.0, -1.0]]), np.eye(3)[:, :2]),
        case(_rng.random((4, 3)).round(2), _rng.random((3, 5)).round(2), _rng.random((4, 5))),
    ],
    probe=_two,
    hints=(
        "Write the shapes side by side: x (n, d), w (d, k), upstream (n, k). Which product of two "
        "of them has the shape of the third?",
        "grad_x is (n, d) = (n, k) times (k, d), and w.T is (k, d). grad_w is (d, k) = (d, n) "
        "times (n, k).",
        "return upstream @ w.T, x.T @ upstream",
    ),
    why="Two matrix products: that is all that a layer of a network needs to learn, and what "
    "graphics processors are built for.",
)


@linear_grad.mistake(
    "The transpositions are missing: the products fit only where all sizes are equal. grad_x is "
    "upstream @ w.T, grad_w is x.T @ upstream."
)
def no_transpositions(x, w, upstream):
    return upstream @ w, x @ upstream


@linear_grad.mistake("grad_w is right; in grad_x w must be transposed: upstream @ w.T.")
def w_not_transposed(x, w, upstream):
    return upstream @ w, x.T @ upstream


@linear_grad.mistake("grad_x is right; in grad_w x must be transposed: x.T @ upstream.")
def x_not_transposed(x, w, upstream):
    return upstream @ w.T, x @ upstream


@linear_grad.mistake(
    "The two are swapped: first the gradient with respect to x, then that with respect to w."
)
def swapped(x, w, upstream):
    return x.T @ upstream, upstream @ w.T


@linear_grad.mistake(
    "grad_w is divided by the number of rows: the mean, if there is one, is in the loss, and so in "
    "upstream already. The gradients of the rows add up."
)
def averaged(x, w, upstream):
    return upstream @ w.T, x.T @ upstream / len(x)


@linear_grad.mistake(
    "Both gradients are divided by the number of rows: the mean is in upstream already."
)
def both_averaged(x, w, upstream):
    return upstream @ w.T / len(x), x.T @ upstream / len(x)


@linear_grad.mistake("grad_w is transposed: it must have the shape of w.")
def grad_w_transposed(x, w, upstream):
    return upstream @ w.T, upstream.T @ x


@linear_grad.mistake("grad_x is transposed: it must have the shape of x.")
def grad_x_transposed(x, w, upstream):
    return w @ upstream.T, x.T @ upstream


@linear_grad.mistake("Both gradients are transposed: each has the shape of its own array.")
def both_transposed(x, w, upstream):
    return w @ upstream.T, upstream.T @ x


@linear_grad.mistake(
    "upstream does not count in yours: you give the derivatives of y itself. The chain rule "
    "multiplies them by upstream."
)
def upstream_forgotten(x, w, upstream):
    ones = np.ones_like(upstream)
    return ones @ w.T, x.T @ ones


@linear_grad.mistake("You return one gradient alone; both are asked: return grad_x, grad_w.")
def grad_x_alone(x, w, upstream):
    return upstream @ w.T


@linear_grad.mistake("You return the forward pass twice; asked are the ways back.")
def forward(x, w, upstream):
    return x @ w, x @ w


@linear_grad.mistake(
    "grad_w counts the first row alone: the gradients of all rows of the batch add up."
)
def one_row(x, w, upstream):
    return upstream @ w.T, np.outer(x[0], upstream[0])


@linear_grad.mistake("The signs are flipped: descent subtracts later, not here.")
def signs(x, w, upstream):
    return -upstream @ w.T, -x.T @ upstream


@linear_grad.mistake("There is no factor of 2: nothing is squared in a layer.")
def factor_2(x, w, upstream):
    return 2 * upstream @ w.T, 2 * x.T @ upstream


@linear_grad.mistake(
    "You sum grad_x over the rows: each row of x is a number of its own, and keeps its gradient."
)
def grad_x_summed(x, w, upstream):
    return (upstream @ w.T).sum(axis=0), x.T @ upstream


@linear_grad.mistake("You return x and w themselves; asked are their gradients.")
def the_arrays(x, w, upstream):
    return x.copy(), w.copy()


@linear_grad.mistake(
    "grad_w counts the last row alone: the gradients of all rows of the batch add up."
)
def last_row_alone(x, w, upstream):
    return upstream @ w.T, np.outer(x[-1], upstream[-1])


@linear_grad.mistake(
    "* multiplies element by element. A matrix product is @: upstream @ w.T and x.T @ upstream."
)
def element_by_element(x, w, upstream):
    return upstream * w, upstream * x


@linear_grad.mistake(
    "* multiplies element by element. A matrix product is @: upstream @ w.T and x.T @ upstream."
)
def element_by_element_transposed(x, w, upstream):
    return upstream * w.T, x.T * upstream


@linear_grad.mistake(
    "You give back w and x, turned: those are the derivatives without the chain. Multiply by "
    "upstream, grad_x = upstream @ w.T and grad_w = x.T @ upstream."
)
def without_upstream(x, w, upstream):
    return w.T, x.T


# ---- bias_grad ---------------------------------------------------------------------------------

bias_grad = Exercise(
    "bias_grad",
    layers.bias_grad,
    cases=[
        case(np.array([[1.0, 2.0]])),
        case(np.array([[1.0, 2.0], [3.0, 5.0]])),
        case(np.array([[1.0], [-2.0], [4.0]])),
        case(np.array([[0.5, -1.0, 2.0], [1.5, 1.0, -3.0], [2.0, 0.0, 0.25]])),
        case(_rng.normal(0, 1, (5, 4)).round(2)),
    ],
    hints=(
        "One bias was added to every row. How many gradients come back to it?",
        "They add up over the rows, the first axis: (n, d) becomes (d,).",
        "return upstream.sum(axis=0)",
    ),
    why="What is used many times adds up the gradients of all its uses: the same rule gives a "
    "convolution's kernel its gradient in lesson 06.",
)


@bias_grad.mistake(
    "You take the mean over the rows: the gradients add up. If the loss is a mean, its 1/n is in "
    "upstream already."
)
def mean(upstream):
    return upstream.mean(axis=0)


@bias_grad.mistake("You sum along the rows: one number a picture. One a bias is asked: axis=0.")
def wrong_axis(upstream):
    return upstream.sum(axis=1)


@bias_grad.mistake("You kept the summed axis: (1, d). The bias has the shape (d,).")
def kept_dims(upstream):
    return upstream.sum(axis=0, keepdims=True)


@bias_grad.mistake("You summed everything into one number: each of the d biases has its own.")
def one_number(upstream):
    return upstream.sum()


@bias_grad.mistake("You return upstream as it came: sum it over the rows.")
def as_it_came(upstream):
    return upstream.copy()


@bias_grad.mistake("You count the rows: that is right only where upstream is 1 everywhere.")
def count_of_rows(upstream):
    return np.full(upstream.shape[1], float(len(upstream)))


@bias_grad.mistake(
    "You return ones: the derivative of y with respect to its bias is 1, and the chain rule "
    "multiplies it by upstream."
)
def ones(upstream):
    return np.ones(upstream.shape[1])


@bias_grad.mistake(
    "You take the first row alone: the gradients of all rows add up. Does your `return` stand "
    "inside a loop? Move it left, so that it comes after the last round."
)
def first_row(upstream):
    return upstream[0].copy()


@bias_grad.mistake(
    "You take the last row alone: the gradients of all rows add up. In a loop, += adds and = "
    "overwrites."
)
def last_row(upstream):
    return upstream[-1].copy()


@bias_grad.mistake("You take the largest of each column; its sum is asked for.")
def largest(upstream):
    return upstream.max(axis=0)


@bias_grad.mistake("The sign is flipped: descent subtracts later, not here.")
def minus(upstream):
    return -upstream.sum(axis=0)


@bias_grad.mistake("You add up sizes without their signs: gradients of two signs may cancel.")
def sizes(upstream):
    return np.abs(upstream).sum(axis=0)


@bias_grad.mistake("You add up squares: the gradients themselves add up.")
def squares(upstream):
    return (upstream**2).sum(axis=0)


@bias_grad.mistake("You added up along the way (cumsum): only the last sum is asked for.")
def running_sum(upstream):
    return upstream.cumsum(axis=0)


@bias_grad.mistake("You return zeros: a bias does move the loss.")
def zeros(upstream):
    return np.zeros(upstream.shape[1])


# ---- relu_grad ---------------------------------------------------------------------------------

relu_grad = Exercise(
    "relu_grad",
    layers.relu_grad,
    cases=[
        case(np.array([2.0]), np.array([3.0])),
        case(np.array([-1.0, 2.0]), np.array([5.0, 7.0])),
        case(np.array([-1.0, 0.0, 2.0]), np.array([4.0, 5.0, -6.0])),
        case(np.array([[3.0, -0.5], [0.0, 1.5]]), np.array([[-2.0, -1.0], [-3.0, 0.5]])),
        case(_rng.normal(0, 1, (4, 5)).round(1), _rng.normal(0, 1, (4, 5)).round(2)),
        case(_rng.normal(0, 1, (2, 3, 2)).round(1), _rng.normal(0, 1, (2, 3, 2)).round(2)),
    ],
    hints=(
        "A gate: open where x was positive on the way forward, shut elsewhere. What passes is "
        "upstream, unchanged.",
        "np.where chooses element by element; the condition is x > 0, so that 0 itself is shut.",
        "return np.where(x > 0, upstream, 0.0)",
    ),
    why=(
        "An open gate passes the gradient undiminished through any number of layers, where "
        "a sigmoid keeps a quarter at best: that is one reason why deep networks learn."
    ),
)


@relu_grad.mistake(
    "Your gate looks at upstream: it must look at x. A negative gradient passes through an open "
    "gate."
)
def gate_on_upstream(x, upstream):
    return np.where(upstream > 0, upstream, 0.0)


@relu_grad.mistake(
    "At x = 0 your gate is open: there give 0, as torch does. The condition is x > 0."
)
def open_at_0(x, upstream):
    return np.where(x >= 0, upstream, 0.0)


@relu_grad.mistake("At x = 0 you pass a half: torch, and this exercise, pass nothing there.")
def half_at_0(x, upstream):
    return upstream * np.where(x == 0, 0.5, x > 0)


@relu_grad.mistake(
    "You pass everything, also where x was negative or 0: there the output did not depend on x."
)
def no_gate(x, upstream):
    return upstream.copy()


@relu_grad.mistake(
    "You return the gate alone, zeros and ones: multiply it by upstream (the chain rule)."
)
def the_gate_alone(x, upstream):
    return np.where(x > 0, 1.0, 0.0)


@relu_grad.mistake("Your gate is open where x is negative: turn the condition round.")
def gate_turned_round(x, upstream):
    return np.where(x < 0, upstream, 0.0)


@relu_grad.mistake("You return the forward pass, max(x, 0); asked is the way back.")
def forward_again(x, upstream):
    return np.maximum(x, 0)


@relu_grad.mistake(
    "You multiply upstream by max(x, 0): where x > 0 the derivative is 1, however large x is."
)
def times_x(x, upstream):
    return np.maximum(x, 0) * upstream


@relu_grad.mistake(
    "You apply ReLU to upstream and gate it as well: a negative gradient passes through an open "
    "gate."
)
def both_gates(x, upstream):
    return np.where((x > 0) & (upstream > 0), upstream, 0.0)


@relu_grad.mistake(
    "Your numbers are right, but upstream[x <= 0] = 0 changes the caller's array: use np.where."
)
def upstream_changed(x, upstream):
    upstream[x <= 0] = 0
    return upstream


@relu_grad.mistake("You turn the sign where x is negative: there nothing passes at all.")
def sign_of_x(x, upstream):
    return np.sign(x) * upstream


@relu_grad.mistake("That is the leaky ReLU: a plain one lets nothing through where x is negative.")
def leaky(x, upstream):
    return np.where(x > 0, upstream, 0.01 * upstream)


@relu_grad.mistake("Where x is not positive you pass x itself: there pass 0.")
def x_elsewhere(x, upstream):
    return np.where(x > 0, upstream, x)


@relu_grad.mistake("You multiply by x: the derivative of max(x, 0) is 1 where x > 0, and else 0.")
def times_x_everywhere(x, upstream):
    return x * upstream


@relu_grad.mistake("You add the gate to upstream: multiply by it (the chain rule).")
def gate_added(x, upstream):
    return (x > 0) + upstream


@relu_grad.mistake("Where x is not positive you pass minus upstream: there pass 0.")
def minus_upstream_elsewhere(x, upstream):
    return np.where(x > 0, upstream, -upstream)


@relu_grad.mistake("The sign is flipped: an open gate passes upstream as it is.")
def minus_upstream(x, upstream):
    return np.where(x > 0, -upstream, 0.0)


@relu_grad.mistake("x and upstream have changed places: x decides, upstream passes.")
def places_changed(x, upstream):
    return np.where(upstream > 0, x, 0.0)


@relu_grad.mistake(
    "You keep only the elements that pass: the others are 0, and the shape stays that of x."
)
def only_what_passes(x, upstream):
    return upstream[x > 0]


@relu_grad.mistake("You summed the gradient into one number; each element of x has its own.")
def summed(x, upstream):
    return np.where(x > 0, upstream, 0.0).sum()
