import re

import pytest
import torch

from learnkit.byhand.autograd import Scalar, topological_order
from learnkit.widgets import graph


def neuron():
    """L = (tanh(w x + b) - t)², as a graph and its names."""
    x, w, b, t = Scalar(2.0), Scalar(0.5), Scalar(-0.2), Scalar(0.1)
    y = (w * x + b).tanh()
    loss = (y - t) ** 2
    return loss, {"x": x, "w": w, "b": b, "t": t, "y": y, "L": loss}


def diamond():
    """y = x x + x, which uses x three times."""
    x = Scalar(3.0)
    y = x * x + x
    return y, {"x": x, "y": y}


def test_the_last_step_has_torchs_gradients():
    loss, names = neuron()
    nodes = topological_order(loss)
    walk = graph.backward_walk(nodes)
    x, w, b, t = (torch.tensor(names[n].value, requires_grad=True) for n in "xwbt")
    ((torch.tanh(w * x + b) - t) ** 2).backward()
    last = walk.gradients(len(walk.steps))
    for name, theirs in zip("xwbt", (x, w, b, t), strict=True):
        place = next(i for i, node in enumerate(nodes) if node is names[name])
        assert last[place] == pytest.approx(theirs.grad.item(), rel=1e-6)


def test_a_node_used_twice_collects_the_sum_of_its_shares():
    y, names = diamond()
    nodes = topological_order(y)
    walk = graph.backward_walk(nodes)
    place = nodes.index(names["x"])
    collected = [walk.gradients(step).get(place) for step in range(len(walk.steps) + 1)]
    assert collected == [None, 1.0, 7.0]  # 1 from the sum, then 3 + 3 from the product


def test_the_students_own_gradients_stay_as_they_are():
    loss, names = neuron()
    names["w"].grad = 42.0
    graph.explore(loss, names)
    assert names["w"].grad == 42.0 and loss.grad is None


@pytest.mark.parametrize("make", [neuron, diamond])
def test_inputs_stand_left_of_their_users_and_no_two_boxes_meet(make):
    nodes = topological_order(make()[0])
    spots = graph.places(nodes)
    for i, node in enumerate(nodes):
        assert all(spots[nodes.index(source)][0] < spots[i][0] for source in node.inputs)
        for j in range(i):
            apart = abs(spots[i][0] - spots[j][0]), abs(spots[i][1] - spots[j][1])
            assert apart[0] > graph.WIDE or apart[1] > graph.HIGH


def test_the_words_tell_each_handover_and_the_slopes_so_far():
    loss, names = neuron()
    scene = graph.scene(loss, names)
    assert "the values" in scene.alt(step=0)
    steps = len(graph.backward_walk(topological_order(loss)).steps)
    first = scene.alt(step=1)
    upstream, slope, share = map(
        float, re.search(r"L hands (\S+) x (\S+) = (\S+) to", first).groups()
    )
    assert upstream == 1 and share == pytest.approx(slope, rel=0.01)
    assert re.search(r"far: w 1\.26", scene.alt(step=steps))


def test_the_slider_goes_back_through_every_node_that_was_made_of_others():
    loss, names = neuron()
    made = sum(bool(node.inputs) for node in topological_order(loss))
    control = graph.explore(loss, names).controls["step"]
    assert (control.value, control.max) == (0, made)


@pytest.mark.errors
def test_a_name_of_no_node_in_the_graph_is_an_error():
    loss, names = neuron()
    with pytest.raises(ValueError, match="stranger is no part"):
        graph.scene(loss, {**names, "stranger": Scalar(1.0)})
