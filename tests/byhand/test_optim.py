import numpy as np
import pytest
import torch

from learnkit.byhand import optim

STEPS = 100


def stateful(step, memories, **options):
    """A pure step with its memory kept for it: takes (x, grad), gives x."""
    memory = [np.zeros(4) for _ in range(memories)]

    def take(x, grad, t):
        count = (t,) if memories == 2 else ()
        x, *memory[:] = step(x, grad, *memory, *count, **options)
        return x

    return take


OPTIMIZERS = {
    "sgd": (lambda: lambda x, g, t: optim.sgd_step(x, g, 0.05), torch.optim.SGD, {"lr": 0.05}),
    "momentum": (
        lambda: stateful(optim.momentum_step, 1, lr=0.02, momentum=0.8),
        torch.optim.SGD,
        {"lr": 0.02, "momentum": 0.8},
    ),
    "rmsprop": (
        lambda: stateful(optim.rmsprop_step, 1, lr=0.03, alpha=0.9, eps=1e-3),
        torch.optim.RMSprop,
        {"lr": 0.03, "alpha": 0.9, "eps": 1e-3},
    ),
    "adam": (
        lambda: stateful(optim.adam_step, 2, lr=0.1, beta1=0.8, beta2=0.95, eps=1e-3),
        torch.optim.Adam,
        {"lr": 0.1, "betas": (0.8, 0.95), "eps": 1e-3},
    ),
}


def hundred_steps(name, rng):
    """The path down a bowl with waves, (STEPS, 4): ours, and torch's on the same gradients."""
    make, twin, options = OPTIMIZERS[name]
    step, a = make(), rng.standard_normal((4, 4))
    a = a @ a.T / 4 + np.eye(4)
    x = rng.standard_normal(4)
    p = torch.tensor(x, requires_grad=True)
    optimizer = twin([p], **options)
    ours, theirs = [], []
    for t in range(1, STEPS + 1):
        grad = a @ x + np.sin(x)
        p.grad = torch.tensor(grad)
        optimizer.step()
        x = step(x, grad, t)
        ours.append(x)
        theirs.append(p.detach().numpy().copy())
    return np.array(ours), np.array(theirs)


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_a_hundred_steps_equal_those_of_torch(name, rng):
    ours, theirs = hundred_steps(name, rng)
    np.testing.assert_allclose(ours, theirs, rtol=1e-12, atol=1e-12)


def test_the_defaults_are_those_of_torch():
    import inspect

    def defaults(step):
        parameters = inspect.signature(step).parameters.values()
        return {q.name: q.default for q in parameters if q.default is not q.empty}

    x = [torch.zeros(1, requires_grad=True)]
    rmsprop, adam = torch.optim.RMSprop(x).defaults, torch.optim.Adam(x).defaults
    assert defaults(optim.rmsprop_step) == {k: rmsprop[k] for k in ("lr", "alpha", "eps")}
    ours = defaults(optim.adam_step)
    assert (ours["beta1"], ours["beta2"]) == adam["betas"]
    assert all(ours[k] == adam[k] for k in ("lr", "eps"))


@pytest.mark.parametrize("total", [2, 10, 57])
def test_schedules_equal_those_of_torch(total):
    sgd = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=0.4)
    pairs = [
        (
            lambda t: optim.step_schedule(t, 0.4, every=3, gamma=0.5),
            torch.optim.lr_scheduler.StepLR(sgd, 3, 0.5),
        ),
        (
            lambda t: optim.cosine_schedule(t, 0.4, total, lr_min=0.01),
            torch.optim.lr_scheduler.CosineAnnealingLR(sgd, total, 0.01),
        ),
    ]
    for ours, theirs in pairs:
        for group in sgd.param_groups:
            group["lr"] = 0.4
        for t in range(total):
            assert ours(t) == pytest.approx(sgd.param_groups[0]["lr"], rel=1e-9)
            sgd.step()
            theirs.step()


@pytest.mark.parametrize(("total", "warmup"), [(10, 0.5), (57, 0.3), (1000, 0.25)])
def test_the_one_cycle_equals_that_of_torch(total, warmup):
    sgd = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=1)
    theirs = torch.optim.lr_scheduler.OneCycleLR(
        sgd, 0.4, total_steps=total, pct_start=warmup, cycle_momentum=False
    )
    for t in range(total):
        ours = optim.one_cycle_schedule(t, 0.4, total, warmup)
        assert ours == pytest.approx(sgd.param_groups[0]["lr"], rel=1e-9, abs=1e-12)
        sgd.step()
        if t + 1 < total:
            theirs.step()


@pytest.mark.parametrize(("factor", "settles"), [(0.99, True), (1.01, False)])
def test_it_settles_below_two_over_the_largest_curvature_and_only_there(factor, settles):
    curvature = np.array([1.0, 8.0])
    path = optim.gradient_descent(lambda x: curvature * x, np.ones(2), lr=factor * 2 / 8, steps=500)
    assert (abs(path[-1]).max() < 0.01) == settles


def test_the_start_comes_first_and_no_array_is_shared():
    x0 = np.ones(2)
    path = optim.gradient_descent(lambda x: x, x0, lr=0.1, steps=3)
    assert len(path) == 4 and np.array_equal(path[0], x0)
    assert not any(np.shares_memory(p, q) for p in path for q in [x0, *path] if p is not q)


def test_no_step_changes_what_it_is_given(rng):
    x, grad, m, v = (rng.random(3) for _ in range(4))
    before = [a.copy() for a in (x, grad, m, v)]
    optim.momentum_step(x, grad, m)
    optim.rmsprop_step(x, grad, v)
    optim.adam_step(x, grad, m, v, 1)
    for now, then in zip((x, grad, m, v), before, strict=True):
        assert np.array_equal(now, then)


def test_the_first_step_of_adam_has_the_length_of_the_learning_rate(rng):
    grad = rng.standard_normal(5) * 10.0 ** np.arange(-3, 2)
    zero = np.zeros(5)
    x, _, _ = optim.adam_step(zero, grad, zero, zero, 1, lr=0.01, eps=0.0)
    np.testing.assert_allclose(x, -0.01 * np.sign(grad), rtol=1e-12)


@pytest.mark.errors
def test_rates_counts_and_shapes_that_cannot_be_are_named():
    one = np.ones(1)
    with pytest.raises(ValueError, match="lr must not be negative, got -1"):
        optim.gradient_descent(lambda x: x, one, lr=-1, steps=1)
    with pytest.raises(ValueError, match="steps must be at least 0, got -2"):
        optim.gradient_descent(lambda x: x, one, lr=1, steps=-2)
    with pytest.raises(ValueError, match="momentum must be below 1, got 1"):
        optim.momentum_step(one, one, one, momentum=1.0)
    with pytest.raises(ValueError, match="t counts from 1, got 0"):
        optim.adam_step(one, one, one, one, 0)
    with pytest.raises(ValueError, match=r"one shape, got \(1,\) and \(2,\)"):
        optim.sgd_step(one, np.ones(2))
    with pytest.raises(ValueError, match="every must be at least 1"):
        optim.step_schedule(0, 0.1, every=0)
    with pytest.raises(ValueError, match="must lie in 0 to 9, got 10"):
        optim.one_cycle_schedule(10, 0.1, total=10)
    with pytest.raises(ValueError, match=r"t counts from 1, got 1\.5"):
        optim.adam_step(one, one, one, one, 1.5)
    with pytest.raises(ValueError, match=r"v is a mean of squares, and holds -1\.0: begin with 0"):
        optim.adam_step(one, one, one, -one, 1)
    with pytest.raises(ValueError, match="square_avg is a mean of squares"):
        optim.rmsprop_step(one, one, -one)
    with pytest.raises(TypeError, match=r"lr must be one number, got '0\.1'"):
        optim.sgd_step(one, one, "0.1")
    with pytest.raises(TypeError, match="x0 must be a NumPy array, got float"):
        optim.gradient_descent(lambda x: x, 1.0, lr=0.1, steps=1)
    with pytest.raises(
        ValueError, match=r"x, grad, velocity must have one shape, got \(1,\), \(1,\) and \(2,\)"
    ):
        optim.momentum_step(one, one, np.ones(2))
    with pytest.raises(ValueError, match="total must be at least 2, got 1"):
        optim.one_cycle_schedule(0, 0.1, total=1)
    with pytest.raises(ValueError, match="warmup is a share of the steps, 0 to 1, got 3"):
        optim.one_cycle_schedule(0, 0.1, total=10, warmup=3)
    with pytest.raises(ValueError, match="total must be at least 1, got 0"):
        optim.cosine_schedule(0, 0.1, total=0)


@pytest.mark.errors
@pytest.mark.parametrize(
    "schedule",
    [
        lambda lr: optim.step_schedule(0, lr, every=2),
        lambda lr: optim.cosine_schedule(0, lr, total=4),
        lambda lr: optim.one_cycle_schedule(0, lr, total=4),
    ],
)
def test_a_schedule_of_a_rate_that_climbs_is_refused(schedule):
    with pytest.raises(ValueError, match=r"lr must not be negative, got -0\.5: that would climb"):
        schedule(-0.5)


@pytest.mark.errors
def test_a_walk_that_flew_apart_is_told_at_the_next_step():
    one, nan = np.ones(2), np.array([1.0, np.nan])
    said = r"grad holds NaN at 1 of 2 places, first at \(1,\).*lower its learning rate"
    for step in (
        lambda grad: optim.sgd_step(one, grad),
        lambda grad: optim.momentum_step(one, grad, one),
        lambda grad: optim.rmsprop_step(one, grad, one),
        lambda grad: optim.adam_step(one, grad, one, one, 1),
    ):
        with pytest.raises(ValueError, match=said):
            step(nan)
    with pytest.raises(TypeError, match="x must be float, got int64"):
        optim.sgd_step(np.ones(2, np.int64), one)
