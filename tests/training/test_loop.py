import itertools
from contextlib import nullcontext
from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import nn

from learnkit.byhand.optim import adam_step, cosine_schedule
from learnkit.training.device import Machine
from learnkit.training.loop import DivergedError, averaged, loop, train
from learnkit.training.pictures import order, resident
from learnkit.training.run import Run
from tests.training.conftest import training, weights


def test_it_is_a_generator_the_caller_may_stop_at_any_step(pictures):
    model, steps = training(pictures, steps=1000)
    taken = [step.number for step in itertools.islice(steps, 3)]
    assert taken == [1, 2, 3]
    still = weights(model).clone()
    steps.close()
    assert torch.equal(weights(model), still)


def test_a_straight_line_is_trained_step_by_step_as_by_hand(cpu):
    """The same batches, the gradient worked out on paper, AdamW by hand, a schedule, a clip."""
    rng = np.random.default_rng(0)
    pictures = resident(rng.integers(0, 256, (30, 2, 2), dtype=np.uint8))
    model = nn.Sequential(nn.Flatten(), nn.Linear(4, 1, bias=False)).double()
    w = model[1].weight.detach().numpy().copy()
    m, v = np.zeros_like(w), np.zeros_like(w)

    def objective(model, batch):
        return ((model(batch.double()) - 3.0) ** 2).mean()

    def schedule(t):
        return cosine_schedule(t, 0.1, 40)

    steps = train(
        model, objective, pictures, steps=40, batch_size=8, schedule=schedule, clip=1.0, machine=cpu
    )
    for t, step in enumerate(steps):
        x = pictures.take(order(30, 8, t, seed=0)).double().flatten(1).numpy()
        error = x @ w.T - 3.0
        assert step.loss == pytest.approx(float(np.mean(error**2)), rel=1e-9)
        grad = 2 * error.T @ x / len(x)
        grad /= max(1.0, np.linalg.norm(grad) + 1e-6)  # torch's clip has this epsilon
        w = w - schedule(t) * 0.01 * w  # AdamW: the weights shrink first
        w, m, v = adam_step(w, grad, m, v, t + 1, lr=schedule(t))
    np.testing.assert_allclose(model[1].weight.detach().numpy(), w, rtol=1e-7)


def test_two_runs_with_one_seed_are_the_same_and_another_seed_is_not(pictures):
    results = []
    for seed in (0, 0, 1):
        model, steps = training(pictures, seed=seed)
        results.append([s.loss for s in steps] + weights(model).tolist())
    assert results[0] == results[1] != results[2]


def test_the_average_follows_the_weights(pictures, cpu):
    model = nn.Sequential(nn.Flatten(), nn.Linear(64, 1))
    average, follow = averaged(model, 0.9), None
    steps = train(
        model,
        lambda m, b: m(b).square().mean(),
        pictures,
        steps=5,
        batch_size=10,
        lr=0.1,
        average=average,
        machine=cpu,
    )
    for _ in steps:
        now = weights(model).clone()
        follow = now if follow is None else 0.9 * follow + 0.1 * now
    torch.testing.assert_close(weights(average), follow)


def test_losses_by_name_all_come_back_and_the_first_is_made_small(pictures, cpu):
    model = nn.Sequential(nn.Flatten(), nn.Linear(64, 1))

    def objective(model, batch):
        y = model(batch)
        return {"loss": y.square().mean(), "size": y.abs().mean()}

    seen = list(train(model, objective, pictures, steps=60, batch_size=25, lr=0.05, machine=cpu))
    assert set(seen[0].losses) == {"loss", "size"}
    assert seen[-1].loss == float(seen[-1].losses["loss"]) < 0.1 * seen[0].loss


def test_two_networks_are_trained_by_a_step_of_ones_own(pictures):
    calls = []
    steps = loop(
        lambda batch, t: calls.append((t, len(batch))) or {"a": batch.mean(), "b": batch.std()},
        pictures,
        Run(steps=3, batch_size=20),
    )
    assert [set(step.losses) for step in steps] == [{"a", "b"}] * 3
    assert calls == [(0, 20), (1, 20), (2, 20)]


def test_each_step_keeps_its_own_losses_where_the_next_one_overwrites_them(pictures):
    """As a CUDA graph does, whose outputs lie in the same place at every run."""
    place = torch.zeros(())
    steps = loop(lambda batch, t: {"loss": place.fill_(t)}, pictures, Run(steps=3, batch_size=20))
    assert [step.loss for step in list(steps)] == [0, 1, 2]


def test_the_network_alone_is_compiled(pictures, cpu, monkeypatch):
    compiled = []
    monkeypatch.setattr(torch, "compile", lambda model, mode: compiled.append(model) or model)
    model = nn.Conv2d(1, 1, 3, padding=1)
    machine = replace(cpu, compile=True)
    steps = train(
        model, lambda m, b: m(b).mean(), pictures, steps=1, batch_size=10, machine=machine
    )
    assert len(list(steps)) == 1 and compiled == [model]


def test_pictures_and_an_average_go_to_where_the_network_trains(pictures, monkeypatch):
    """On "meta", which stands for a GPU here: it computes shapes, and no values."""
    monkeypatch.setattr(Machine, "autocast", lambda self: nullcontext())
    model = nn.Conv2d(1, 1, 3, padding=1)
    average, seen = averaged(model, 0.9), []

    def objective(model, batch):
        seen.append(batch.device.type)
        return model(batch).mean()

    with pytest.raises(Exception, match="meta"):  # where its loss is asked for
        list(
            train(
                model,
                objective,
                pictures,
                steps=1,
                batch_size=10,
                average=average,
                machine=Machine(torch.device("meta")),
                optimizer=torch.optim.SGD(model.parameters(), lr=0.1),
            )
        )
    assert seen == ["meta"] and average.module.weight.device.type == "meta"
    assert average.n_averaged.device.type == "cpu" and int(average.n_averaged) == 1


@pytest.mark.errors
def test_a_loss_that_is_no_number_stops_at_its_step_and_says_what_to_try(pictures, cpu):
    def objective(model, batch):
        objective.calls += 1
        loss = model(batch).square().mean()
        return loss * (float("nan") if objective.calls == 4 else 1.0)

    objective.calls = 0
    model = nn.Sequential(nn.Flatten(), nn.Linear(64, 1))
    steps = train(model, objective, pictures, steps=10, batch_size=10, machine=cpu)
    with pytest.raises(DivergedError, match=r"since step 4 .*lower the learning rate.*clip=1\.0"):
        list(steps)


@pytest.mark.errors
def test_counts_that_cannot_be_are_named(pictures, cpu):
    model = nn.Sequential(nn.Flatten(), nn.Linear(64, 1), nn.BatchNorm1d(1))
    common = {"machine": cpu, "steps": 1}
    with pytest.raises(ValueError, match=r"batch_size must lie in 1 to 50, .* got 64"):
        train(model, lambda m, b: m(b).mean(), pictures, batch_size=64, **common)
    with pytest.raises(ValueError, match="batch_size is 1, and batch norm needs two pictures"):
        train(model, lambda m, b: m(b).mean(), pictures, batch_size=1, **common)
    with pytest.raises(ValueError, match="steps must be at least 1 and every 0, got 0 and 0"):
        Run(batch_size=8, steps=0)
    with pytest.raises(ValueError, match=r"say where: path=\.\.\."):
        Run(batch_size=8, steps=1, every=1)
    with pytest.raises(TypeError, match="unexpected keyword argument 'step'"):
        train(model, lambda m, b: m(b).mean(), pictures, batch_size=8, step=1)
    with pytest.raises(TypeError, match=r"seed and run=\.\.\. are given"):
        train(model, lambda m, b: m(b).mean(), pictures, run=Run(steps=1, batch_size=8), seed=1)
