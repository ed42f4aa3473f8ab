"""What every exercise of the course owes, read off its table."""

import ast
import inspect
from pathlib import Path
from textwrap import indent

import pytest

from learnkit.exercises.index import EXERCISES
from learnkit.exercises.judge import judge
from learnkit.exercises.table import find, names
from tests.exercises.mutate import impatient, mutants

PAIRS = [(n, m.name) for n in names() for m in find(n).mistakes]
SIGNATURES = {  # ../shared contract: required by position, options by name
    "invert": "(image)",
    "cut_hole": "(image, hole)",
    "mse_loss": "(pred, target)",
    "numerical_grad": "(f, x, eps=1e-05)",
    "mse_loss_grad": "(pred, target)",
    "psnr": "(pred, target, data_range=1.0)",
    "gradient_descent": "(grad, x0, lr, steps)",
    "roughness_grad": "(image)",
    "fill_hole": "(image, hole, lr, steps)",
    "sigmoid": "(z)",
    "binary_cross_entropy_with_logits": "(logits, target)",
    "binary_cross_entropy_with_logits_grad": "(logits, target)",
    "softmax": "(logits)",
    "cross_entropy": "(logits, labels)",
    "minibatch_sgd": "(grad, x0, n, batch_size, epochs, lr, generator)",
    "momentum_step": "(x, grad, velocity, lr=0.01, momentum=0.9)",
    "rmsprop_step": "(x, grad, square_avg, lr=0.01, alpha=0.99, eps=1e-08)",
    "adam_step": "(x, grad, m, v, t, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-08)",
    "multiply": "(a, b)",
    "divide": "(a, b)",
    "topological_order": "(root)",
    "linear_grad": "(x, w, upstream)",
    "bias_grad": "(upstream)",
    "relu_grad": "(x, upstream)",
    "two_layer_gradients": "(x, target, weights)",
    "conv2d_output_size": "(size, kernel, stride, padding)",
    "conv2d": "(image, weight, stride=1, padding=0)",
    "max_pool2d": "(image, size)",
    "conv2d_weight_grad": "(image, grad_out, kernel_size)",
    "conv2d_input_grad": "(weight, grad_out)",
    "max_pool2d_grad": "(image, size, upstream)",
    "train_step": "(model, images, targets, loss_fn, optimizer)",
    "evaluate": "(model, loader, loss_fn)",
    "Residual": "(block)",
    "DenseBlock": "(channels, growth, layers)",
    "early_stop": "(losses, patience)",
    "fit": "(model, train_loader, val_loader, loss_fn, optimizer, epochs, patience)",
    "reparameterize": "(mean, log_var, generator=None)",
    "kl_divergence": "(mean, log_var)",
    "negative_elbo": "(logits, images, mean, log_var, beta=1.0)",
    "interpolate": "(z0, z1, steps)",
    "discriminator_loss": "(real_logits, fake_logits)",
    "generator_loss": "(fake_logits)",
    "discriminator_step": "(discriminator, generator, real, z, optimizer)",
    "hole_mse": "(pred, target, hole)",
    "composite": "(pred, image, hole)",
    "linear_fill": "(image, mean, cov, hole, jitter=0.001)",
    "partial_conv2d": "(image, known, weight, bias)",
    "latent_step": "(z, decode, image, hole, lr, sigma=0.1)",
    "masked_negative_elbo": "(logits, images, hole, q_mean, q_log_var, p_mean, p_log_var)",
    "sample_fills": "(encode, decode, image, hole, count, generator)",
    "q_sample": "(x0, t, noise, alpha_bar)",
    "denoising_loss": "(model, x0, t, noise, alpha_bar)",
    "ddim_step": "(xt, eps, t, t_prev, alpha_bar)",
    "repaint_blend": "(x_prev, x0, hole, t_prev, noise, alpha_bar)",
    "guided_step": "(model, xt, t, t_prev, image, hole, alpha_bar, scale)",
    "ssim": "(pred, target, data_range=1.0)",
    "frechet_distance": "(mean1, cov1, mean2, cov2)",
    "preference_interval": "(wins, trials, confidence=0.95)",
    "l2_penalty": "(model)",
    "l1_penalty": "(model)",
    "augment": "(image, hole, matrix)",
    "freeze": "(model, prefix)",
    "throughput": "(step, batch_size, synchronize, clock, warmup=3, repeats=10)",
    "shard": "(indices, rank, world_size)",
    "average_gradients": "(gradients, counts)",
    "uncertainty_map": "(fills)",
    "warp_by_disparity": "(right, disparity)",
    "training_step": "(model, noise, images, optimizer)",
    "coordinate_features": "(height, width, frequencies)",
    "flow_loss": "(model, x0, x1, t)",
    "integrate": "(velocity, x0, steps)",
    "drop_labels": "(labels, probability, empty, generator)",
    "guided_velocity": "(model, xt, t, labels, empty, scale)",
    "attention": "(q, k, v)",
}
SOLUTIONS = Path(__file__).parents[2] / "solutions"


@pytest.mark.parametrize("name", names())
def test_the_reference_is_correct_and_says_why_it_matters(name):
    task = find(name)
    report = judge(task, task.run(task.reference))
    assert report.correct and report.points == task.points > 0
    assert report.message == task.why and len(task.why) > 40


@pytest.mark.parametrize(("name", "mistake"), PAIRS)
def test_each_mistake_is_rejected_with_its_own_sentence(name, mistake):
    task = find(name)
    known = next(m for m in task.mistakes if m.name == mistake)
    report = judge(task, task.run(known.answer))
    assert report.status == "incorrect" and report.points == 0
    assert report.message == known.sentence
    assert report.example[0][0] == "input"


@pytest.mark.parametrize("name", names())
def test_every_mutant_of_the_reference_is_rejected_but_the_equivalent_ones(name):
    task = find(name)
    survivors, killed = [], 0
    for difference, mutant in mutants(task):
        outcomes = task.run(impatient(mutant))
        if not judge(task, outcomes).correct:
            killed += 1
        elif not any(text in difference for text in task.equivalent):
            survivors.append(difference)
    print(f"{name}: {killed} mutants killed, {len(task.equivalent)} proven equivalent")
    assert not survivors
    assert killed >= 2


@pytest.mark.parametrize("name", names())
def test_there_are_three_hints_and_the_last_is_code_that_passes(name):
    task = find(name)
    assert len(set(task.hints)) == 3
    scope = dict(task.written.names)
    head = task.written.definition.splitlines()[0]
    is_class = head.startswith("class")
    exec(task.hints[2] if is_class else f"{head}\n{indent(task.hints[2], '    ')}", scope)
    assert judge(task, task.run(scope[name])).correct


@pytest.mark.parametrize("name", names())
def test_the_answer_is_what_the_lesson_gives_as_its_solution(name):
    (path,) = SOLUTIONS.glob(f"{EXERCISES[name]:02d}_*.py")
    lesson = ast.parse(path.read_text(encoding="utf-8"))
    (solution,) = (node for node in lesson.body if getattr(node, "name", None) == name)
    solution.decorator_list = []
    answer = ast.parse(find(name).written.definition).body[0]
    assert ast.unparse(undocumented(answer)) == ast.unparse(undocumented(solution))


def undocumented(tree):
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and ast.get_docstring(node):
            del node.body[0]
    return tree


def test_names_and_signatures_are_those_of_the_contract():
    assert names() == list(SIGNATURES) == list(EXERCISES)
    for name, signature in SIGNATURES.items():
        parameters = inspect.signature(find(name).reference).parameters.values()
        bare = inspect.Signature([p.replace(annotation=p.empty) for p in parameters])
        assert str(bare) == signature


@pytest.mark.parametrize("name", names())
def test_cases_are_few_and_small_so_that_a_verdict_is_quick(name):
    task = find(name)
    sizes = [sum(getattr(a, "size", 1) for a in c.args) for c in task.cases]
    assert 3 <= len(sizes) <= 10 and max(sizes) <= 500
    assert sizes[0] == min(sizes)
