import itertools
import json
import os
import subprocess
import sys
from dataclasses import replace

import pytest
import torch

from learnkit.course.cli import main
from learnkit.images.data import fashion_mnist
from learnkit.models.pretrained import NETWORKS, card, network, pretrained
from learnkit.recipes.base import find
from learnkit.recipes.run import bake, by_objective
from learnkit.training.device import choose
from learnkit.training.pictures import resident

CPU = choose("cpu")


@pytest.fixture
def small():
    """The VAE's recipe on the embedded pictures, quick to bake."""

    def pictures(device):
        return resident(fashion_mnist("train")[0][:1000], device=device)

    return replace(find("vae"), pictures=pictures, batch_size=50, every=3)


@pytest.mark.parametrize("name", NETWORKS)
def test_every_network_has_a_recipe_of_its_name(name):
    assert find(name).name == name


def test_it_leaves_weights_that_load_and_a_card_that_tells_their_quality(small, tmp_path):
    numbers = [step.number for step in bake(small, tmp_path, steps=8, machine=CPU)]
    assert numbers == list(range(1, 9))
    assert sorted(os.listdir(tmp_path)) == ["vae.json", "vae.safetensors"]
    told = card("vae", tmp_path)
    assert (told["steps"], told["pictures"]) == (8, 1000)
    assert told["machine"].startswith(str(CPU))
    measured = small.measure(pretrained("vae", tmp_path))
    assert told["quality"] == {name: round(value, 2) for name, value in measured.items()}


def test_stopped_and_resumed_it_bakes_the_same_weights(small, tmp_path):
    list(bake(small, tmp_path / "whole", steps=9, machine=CPU))
    broken = bake(small, tmp_path / "broken", steps=9, machine=CPU)
    list(itertools.islice(broken, 5))
    broken.close()
    again = bake(small, tmp_path / "broken", steps=9, machine=CPU, resume=True)
    assert [step.number for step in again] == list(range(6, 10))
    one, other = (
        (tmp_path / folder / "vae.safetensors").read_bytes() for folder in ("whole", "broken")
    )
    assert one == other


@pytest.mark.errors
def test_resumed_with_another_budget_it_says_so_and_keeps_the_checkpoint(small, tmp_path):
    broken = bake(small, tmp_path, steps=9, machine=CPU)
    list(itertools.islice(broken, 5))
    broken.close()
    before = (tmp_path / "vae.checkpoint.pt").read_bytes()
    with pytest.raises(ValueError, match="it was begun with steps 9, and goes on with steps 12"):
        list(bake(small, tmp_path, steps=12, machine=CPU, resume=True))
    assert (tmp_path / "vae.checkpoint.pt").read_bytes() == before


@pytest.mark.errors
def test_no_unfinished_training_is_lost_and_no_ended_one_resumed(small, tmp_path):
    broken = bake(small, tmp_path, steps=9, machine=CPU)
    list(itertools.islice(broken, 4))
    broken.close()
    with pytest.raises(ValueError, match="holds a training that was stopped: go on with --resume"):
        next(bake(small, tmp_path, steps=9, machine=CPU))
    assert len(list(bake(small, tmp_path, steps=9, machine=CPU, resume=True))) == 5
    before = (tmp_path / "vae.safetensors").read_bytes()
    with pytest.raises(ValueError, match="has ended, and there is nothing to resume"):
        next(bake(small, tmp_path, steps=9, machine=CPU, resume=True))
    assert (tmp_path / "vae.safetensors").read_bytes() == before
    assert len(list(bake(small, tmp_path, steps=3, machine=CPU))) == 3  # anew, as was asked


@pytest.mark.errors
def test_of_two_trainings_in_one_folder_the_second_is_told_of_the_first(small, tmp_path):
    first = bake(small, tmp_path, steps=4, machine=CPU)
    next(first)
    with pytest.raises(ValueError, match=r"vae is being trained in .* by another process"):
        next(bake(small, tmp_path, steps=4, machine=CPU, resume=True))
    assert len(list(bake(small, tmp_path / "other", steps=2, machine=CPU))) == 2
    assert len(list(first)) == 3
    assert sorted(os.listdir(tmp_path)) == ["other", "vae.json", "vae.safetensors"]


def test_a_training_writes_by_the_clock_unless_its_recipe_counts_steps(small, tmp_path):
    counts, times = small.run(path=tmp_path), replace(small, every=0).run(path=tmp_path)
    assert (counts.every, counts.seconds) == (3, 0.0) and (times.every, times.seconds) == (0, 30.0)
    assert (small.run().every, small.run().seconds) == (0, 0.0)


@pytest.mark.skipif(os.name == "nt", reason="Windows sends no SIGINT to one process")
def test_a_real_ctrl_c_ends_the_step_and_keeps_it(tmp_path):
    """The interrupt comes in the middle of a step, and what is kept is that whole step."""
    code = (
        "import os, signal, sys; from dataclasses import replace\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "from learnkit.recipes import vae; from learnkit.training.pictures import resident\n"
        "from learnkit.images.data import fashion_mnist; from learnkit.course.cli import main\n"
        "small = lambda device: resident(fashion_mnist('train')[0][:200], device=device)\n"
        "of, count = vae.RECIPE.objective, []\n"
        "def objective(generator):\n"
        "    inner = of(generator)\n"
        "    def interrupted(model, images):\n"
        "        count.append(1)\n"
        "        if len(count) == 3: os.kill(os.getpid(), signal.SIGINT)\n"
        "        return inner(model, images)\n"
        "    return interrupted\n"
        "vae.RECIPE = replace(vae.RECIPE, pictures=small, batch_size=50, objective=objective)\n"
        "options = ['--budget', '9', '--device', 'cpu', '--folder', sys.argv[1]]\n"
        "sys.exit(main(['train', 'vae', *options]))"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, timeout=240
    )
    assert ran.returncode == 130, ran.stderr[-2000:]
    assert ran.stderr.splitlines()[-1] == "stopped at step 3 of 9; --resume goes on from step 3"
    assert os.listdir(tmp_path) == ["vae.checkpoint.pt"]


def test_no_memory_on_the_gpu_is_one_sentence(small, tmp_path, monkeypatch, capsys):
    def full(device):
        raise torch.OutOfMemoryError(
            "CUDA out of memory. Tried to allocate 20.00 MiB. GPU 0 has a total capacity of 4 GiB."
        )

    monkeypatch.setattr("learnkit.recipes.vae.RECIPE", replace(small, pictures=full))
    command = ["train", "vae", "--budget", "4", "--device", "cpu", "--folder", str(tmp_path)]
    assert main(command) == 1
    said = capsys.readouterr().err
    assert said.splitlines()[-1].startswith("learnkit: CUDA out of memory: close what else uses it")


def test_ctrl_c_tells_what_is_kept(small, tmp_path, monkeypatch, capsys):
    def stopped(*args, **options):
        yield from itertools.islice(bake(small, tmp_path, steps=9, machine=CPU), 5)
        raise KeyboardInterrupt

    monkeypatch.setattr("learnkit.recipes.run.bake", stopped)
    monkeypatch.setattr("learnkit.recipes.base.find", lambda name: small)
    assert main(["train", "vae", "--folder", str(tmp_path), "--budget", "9"]) == 130
    said = capsys.readouterr().err.splitlines()
    assert said[-1] == "stopped at step 5 of 9; --resume goes on from step 5"
    assert os.listdir(tmp_path) == ["vae.checkpoint.pt"]


@pytest.mark.parametrize(("name", "networks"), [("vae", 1), ("gan", 2)])
def test_every_network_that_a_recipe_trains_has_the_recipes_optimizer(small, name, networks):
    made = []

    def sgd(model, *, lr):
        made.append(torch.optim.SGD(model.parameters(), lr=lr))
        return made[-1]

    recipe = replace(find(name), optimizer=sgd, batch_size=50)
    model, pictures = network(name), small.pictures(CPU.device)
    before = [weight.detach().clone() for weight in model.parameters()]
    generator = torch.Generator().manual_seed(0)
    training = recipe.training or by_objective
    next(training(recipe, model, pictures, recipe.run(), machine=CPU, generator=generator))
    assert len(made) == networks
    rate = made[0].param_groups[0]["lr"]
    assert rate == recipe.schedule(recipe.steps)(0)
    for weight, was in zip(model.parameters(), before, strict=True):  # plain steps, and no Adam's
        torch.testing.assert_close(weight, was - rate * weight.grad)


def test_the_learning_rate_rises_and_falls_over_the_budget():
    schedule = replace(find("vae"), lr=1.0).schedule(100)
    rates = [schedule(t) for t in range(100)]
    assert rates[0] == pytest.approx(0.2) and max(rates) == rates[4] > 0.98
    assert rates[-1] < 0.001 and rates[5:] == sorted(rates[5:], reverse=True)


def test_the_command_trains_and_says_where_the_weights_are(small, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr("learnkit.recipes.vae.RECIPE", small)
    threads = torch.get_num_threads()
    command = ["train", "vae", "--budget", "4", "--device", "cpu", "--folder", str(tmp_path)]
    assert main(command) == 0
    torch.set_num_threads(threads)
    said = capsys.readouterr().out
    assert f"vae on {CPU}" in said and str(tmp_path / "vae.safetensors") in said
    assert "test nats, mean" in said
    told = json.loads((tmp_path / "vae.json").read_text())
    assert told["steps"] == 4


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["train", "vea"], "no recipe is called 'vea'; there are "),
        (["train", "vae", "--device", "tpu9"], "no device is called 'tpu9'"),
    ],
)
def test_what_cannot_be_trained_is_one_sentence(arguments, said, tmp_path, capsys):
    assert main([*arguments, "--folder", str(tmp_path)]) == 1
    assert said in capsys.readouterr().err


def test_a_budget_of_nothing_is_an_error_of_the_command_line(capsys):
    with pytest.raises(SystemExit) as stopped:
        main(["train", "vae", "--budget", "0"])
    assert stopped.value.code == 3
    assert "'0' is no number of steps; give 1 or more" in capsys.readouterr().err
