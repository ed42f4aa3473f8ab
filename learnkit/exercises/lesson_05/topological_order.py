"""`topological_order`: how an answer is tried, and the hints."""

import numpy as np

from learnkit.exercises.sandbox.worker import Count, OddResultError
from learnkit.exercises.table import Exercise, case

_AGAIN_AND_AGAIN = (
    "Your walk comes back to the same nodes again and again: 25 diamonds on top of each other have "
    "76 nodes and 2²⁵ ways down. Remember which nodes you have visited (a set of id(node)), and "
    "visit each node once."
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
            f"You return a {type(result).__name__}; the exercise asks for a list of nodes{more}."
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
        "count of nodes that stand there more than once": Count(len(result) - len(place)),
        "count of nodes that are missing": Count(len(under) - len(place)),
        "count of inputs that stand behind their user": Count(behind),
        "last place (1 where root stands there)": int(bool(result) and result[-1] is root),
    }


def _drawn(edges, shown, chain=0):
    return case(np.array(edges, int).reshape(-1, 2), chain, note=shown)


def _redrawn(shown, rng):
    """Another graph: each node but the root is an input of one or two before it."""
    size = int(rng.integers(4, 10))
    users = [sorted(rng.choice(i, min(i, int(rng.integers(1, 3))), False)) for i in range(1, size)]
    edges = [(user, i) for i, above in enumerate(users, start=1) for user in above]
    return _drawn(rng.permutation(edges), "", *shown.args[1:])


_diamond = np.array([(0, 1), (0, 2), (1, 3), (2, 3)])
_storeys = np.concatenate([_diamond + 3 * storey for storey in range(25)])


topological_order = Exercise.beside(
    __name__,
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
    redraw=_redrawn,
    hints=(
        "Put a node into the list only when all its inputs are in it already. Go down from root, "
        "and remember which nodes you have visited, so that a shared node is taken once.",
        "A stack of your own in place of calling yourself: push (node, False); when it is popped, "
        "push (node, True) and then its inputs; when (node, True) is popped, its inputs are done, "
        "and it goes into the list.",
    ),
    why="Read from its end, this order gives every node its whole gradient before it hands it on:"
    " each input is visited once, so the way back costs about as much as the forward pass.",
    points=3,
)
