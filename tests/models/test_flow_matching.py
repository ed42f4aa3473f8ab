"""Flows between Gaussians, whose best velocity is known: E[x1 - x0 | xt] is linear in xt."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from learnkit.models.flow_matching import (
    between,
    drop_labels,
    flow_loss,
    guided_velocity,
    integrate,
    paths,
)
from tests.models.gaussian import SIDE, distance, world


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


def best(mean, cov):
    """E[x1 - x0 | xt, t] of x0 ~ N(0, I) and x1 ~ N(mean, cov), drawn independently."""
    spectrum, basis = torch.linalg.eigh(cov)

    def velocity(xt, t):
        t = t.to(cov.dtype)[:, None]
        z = (xt.flatten(1).to(cov.dtype) - t * mean) @ basis
        pull = (t * spectrum - (1 - t)) / (t**2 * spectrum + (1 - t) ** 2)
        return (mean + (pull * z) @ basis.T).reshape(xt.shape).to(xt.dtype)

    return velocity


def drawn(mean, cov, count, generator):
    root = torch.linalg.cholesky(cov)
    z = torch.randn(count, len(mean), generator=generator, dtype=torch.float64)
    return (mean + z @ root.T).reshape(count, 1, SIDE, SIDE)


@settings(max_examples=20, deadline=None)
@given(t=st.floats(0, 1), shape=st.sampled_from([(3, 2), (2, 1, 4, 4), (2, 3, 2, 5)]))
def test_the_point_of_the_path_is_torchs_lerp(t, shape):
    x0, x1 = torch.randn(2, *shape, generator=seeded(), dtype=torch.float64)
    times = torch.linspace(0, t, len(x0), dtype=torch.float64)
    want = torch.stack([torch.lerp(a, b, s) for a, b, s in zip(x0, x1, times, strict=True)])
    torch.testing.assert_close(between(x0, x1, times), want)


def test_the_velocity_is_the_derivative_of_the_point():
    x0, x1 = torch.randn(2, 2, 3, generator=seeded(), dtype=torch.float64)
    t = torch.tensor([0.3, 0.8], dtype=torch.float64)
    _, moves = torch.func.jvp(lambda s: between(x0, x1, s), (t,), (torch.ones_like(t),))
    torch.testing.assert_close(moves, x1 - x0)


def test_the_loss_is_the_mean_squared_error_of_the_velocity():
    x0, x1 = torch.randn(2, 4, 1, 3, 3, generator=seeded())
    t = torch.rand(4, generator=seeded())
    said = torch.randn(4, 1, 3, 3, generator=seeded(1))
    asked = []
    loss = flow_loss(lambda xt, s: asked.append((xt, s)) or said, x0, x1, t)
    torch.testing.assert_close(loss, torch.nn.functional.mse_loss(said, x1 - x0))
    assert torch.equal(asked[0][0], between(x0, x1, t)) and torch.equal(asked[0][1], t)


def test_no_velocity_has_a_smaller_loss_than_the_mean_of_all_that_pass():
    mean, cov = world()
    x1 = drawn(mean, cov, 20_000, seeded())
    x0 = torch.randn(x1.shape, generator=seeded(1), dtype=torch.float64)
    t = torch.rand(len(x1), generator=seeded(2), dtype=torch.float64)
    velocity = best(mean, cov)
    least = flow_loss(velocity, x0, x1, t)
    for other in (
        lambda xt, s: 1.05 * velocity(xt, s),
        lambda xt, s: velocity(xt, s) + 0.05,
        lambda xt, s: velocity(xt, s) + 0.05 * xt,
    ):
        assert flow_loss(other, x0, x1, t) > least


def test_the_walk_along_the_mean_velocity_turns_noise_into_the_right_distribution():
    mean, cov = world()
    x0 = torch.randn(20_000, 1, SIDE, SIDE, generator=seeded(), dtype=torch.float64)
    made = {
        n: distance(integrate(best(mean, cov), x0, n).flatten(1), mean, cov) for n in (1, 8, 64)
    }
    true = distance(drawn(mean, cov, 20_000, seeded(1)).flatten(1), mean, cov)
    assert made[64] < true + 0.01 < made[8] < made[1]


def test_euler_is_exact_where_the_velocity_never_changes_and_of_first_order_elsewhere():
    x0 = torch.randn(3, 2, generator=seeded(), dtype=torch.float64)
    assert torch.allclose(integrate(lambda x, t: torch.ones_like(x), x0, 7), x0 + 1)
    errors = [
        (integrate(lambda x, t: x, x0, n) - torch.e * x0).abs().max().item() for n in (50, 100)
    ]
    assert errors[0] / errors[1] == pytest.approx(2, rel=0.05)


def test_the_walk_asks_at_the_beginning_of_each_step_and_keeps_neither_graph_nor_start():
    asked, weight = [], torch.ones((), requires_grad=True)

    def velocity(x, t):
        asked.append(t)
        return weight * x

    x0 = torch.ones(2, 3)
    states = list(paths(velocity, x0, 4))
    assert [t for t, _ in states] == [0, 0.25, 0.5, 0.75, 1]
    assert [t.tolist() for t in asked] == [[i / 4] * 2 for i in range(4)]
    assert torch.equal(x0, torch.ones(2, 3)) and not states[-1][1].requires_grad
    assert torch.equal(states[-1][1], integrate(velocity, x0, 4))


def labelled(means):
    """The best velocity of N(means[label], I / 4), and of all together for the last label."""

    def model(xt, t, labels):
        t, spread = t[:, None], 0.25
        w = (1 - t) ** 2 + t**2 * spread
        off = xt[:, None] - t[:, None] * means  # (n, kinds, 2)
        each = means + ((t * spread - (1 - t)) / w)[..., None] * off
        likely = torch.softmax(-off.square().sum(dim=2) / (2 * w), dim=1)
        one = torch.nn.functional.one_hot(labels.clamp(max=len(means) - 1), len(means))
        weights = torch.where((labels == len(means))[:, None], likely, one.to(likely))
        return (weights[..., None] * each).sum(dim=1)

    return model


def test_guidance_of_scale_0_ignores_the_labels_and_of_scale_1_follows_them():
    model = labelled(torch.tensor([[1.0, 0], [-1, 0]]))
    xt, t = torch.randn(4, 2, generator=seeded()), torch.tensor([0.1, 0.4, 0.6, 0.9])
    labels, empty = torch.tensor([0, 1, 1, 0]), torch.full((4,), 2)
    for scale, said in ((0.0, empty), (1.0, labels)):
        got = guided_velocity(model, xt, t, labels, 2, scale)
        torch.testing.assert_close(got, model(xt, t, said), rtol=1e-5, atol=1e-5)


def test_the_difference_that_guidance_exaggerates_is_the_gradient_of_log_p_of_the_label():
    """(1 - t) / t ∇ log p(y | xt): the direction in which a point becomes recognisable."""
    means = torch.tensor([[1.0, 0], [-1, 0.5]], dtype=torch.float64)
    model = labelled(means)
    xt = torch.randn(5, 2, generator=seeded(), dtype=torch.float64).requires_grad_()
    t = torch.tensor([0.2, 0.4, 0.5, 0.7, 0.9], dtype=torch.float64)
    labels, nothing = torch.tensor([0, 1, 0, 1, 0]), torch.full((5,), 2)
    w = (1 - t[:, None]) ** 2 + t[:, None] ** 2 * 0.25
    off = xt[:, None] - t[:, None, None] * means
    log_p = torch.log_softmax(-off.square().sum(dim=2) / (2 * w), dim=1)
    (slope,) = torch.autograd.grad(log_p[torch.arange(5), labels].sum(), xt)
    with torch.no_grad():
        more = model(xt, t, labels) - model(xt, t, nothing)
    torch.testing.assert_close(more, (1 - t[:, None]) / t[:, None] * slope)


def test_guidance_asks_the_network_once():
    calls = []

    def model(xt, t, labels):
        calls.append(labels)
        return xt

    guided_velocity(model, torch.ones(2, 3), torch.ones(2), torch.tensor([4, 7]), 10, 3.0)
    assert [each.tolist() for each in calls] == [[10, 10, 4, 7]]


@settings(max_examples=10, deadline=None)
@given(probability=st.floats(0, 1), seed=st.integers(0, 1000))
def test_labels_are_dropped_as_often_as_asked_each_by_itself(probability, seed):
    labels = torch.arange(20_000) % 10
    dropped = drop_labels(labels, probability, 10, seeded(seed)) == 10
    assert dropped.double().mean().item() == pytest.approx(probability, abs=0.02)
    together = (dropped[1:] & dropped[:-1]).double().mean().item()
    assert together == pytest.approx(probability**2, abs=0.02)
    assert labels.max() == 9  # they are as they were


@pytest.mark.errors
def test_what_does_not_go_together_is_refused():
    x = torch.zeros(2, 3)
    with pytest.raises(ValueError, match="x0 and x1 must have one shape"):
        between(x, torch.zeros(2, 4), torch.zeros(2))
    with pytest.raises(ValueError, match=r"t must hold a time a picture, \(2,\), got \(3,\)"):
        between(x, x, torch.zeros(3))
    with pytest.raises(ValueError, match="steps must be at least 1"):
        integrate(lambda x, t: x, x, 0)
    with pytest.raises(ValueError, match="probability must be from 0 to 1, got"):
        drop_labels(torch.zeros(2, dtype=torch.int64), 1.5, 1, None)
