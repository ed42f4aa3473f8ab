"""What every exercise of the course owes, read off its table."""

import inspect
import re
import textwrap

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
    "cross_entropy": "(logits, labels)",
    "momentum_step": "(x, grad, velocity, lr=0.01, momentum=0.9)",
    "rmsprop_step": "(x, grad, square_avg, lr=0.01, alpha=0.99, eps=1e-08)",
    "adam_step": "(x, grad, m, v, t, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-08)",
    "topological_order": "(root)",
    "linear_grad": "(x, w, upstream)",
    "bias_grad": "(upstream)",
    "relu_grad": "(x, upstream)",
    "conv2d_output_size": "(size, kernel, stride, padding)",
    "conv2d": "(image, weight, stride=1, padding=0)",
    "max_pool2d": "(image, size)",
    "conv2d_weight_grad": "(image, grad_out, kernel_size)",
    "train_step": "(model, images, targets, loss_fn, optimizer)",
    "evaluate": "(model, loader, loss_fn)",
    "DenseBlock": "(channels, growth, layers)",
    "early_stop": "(losses, patience)",
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
}
# Mutants that no input can tell from the reference, or none that an exercise may be given.
EQUIVALENT = {
    "mse_loss": ["return np.mean((pred - target) ** 2)"],  # float() of a NumPy float is itself
    "numerical_grad": [
        "eps: float=2e-05",  # both are good to nine digits: any eps near 1e-5 is right
        "eps: float=-1e-05",  # central differences are symmetric in eps
    ],
    "psnr": ["data_range: float=-1.0"],  # it is squared
    "fill_hole": ["np.where(hole, -0.0, image)"],  # -0 is 0
    "sigmoid": ["np.where(z > 0, 1.0, small)"],  # at 0 both numerators are 1
    "binary_cross_entropy_with_logits": ["return np.mean(np.maximum("],  # without float()
    "cross_entropy": ["return -np.mean("],  # without float()
    "relu_grad": ["np.where(x > 0, upstream, -0.0)"],  # -0 is 0
    "reparameterize": ["return mean - torch.exp(log_var / 2) * noise"],  # -ε is as normal as ε
    "interpolate": [
        "F.normalize(z0, dim=-1)",  # the last dimension of a vector is its first
        "F.normalize(z1, dim=-1)",
        "if torch.sin(angle) <= FLAT",  # line and arc agree there in all digits
        "if angle < FLAT",  # the sine tells opposite ends, and an exercise is given none
    ],
    "partial_conv2d": [
        "+ k = weight.shape[-2]",  # kernels are square
        "+ share = count.clamp(min=0) / k ** 2",  # 0/0 there, and torch.where passes it by
        "+ share = count / k ** 2",
    ],
    "masked_negative_elbo": ["torch.where(hole, nats, -0.0)"],  # -0 is 0
    "latent_step": [
        "torch.where(hole, -0.0, decode(at)",
        "torch.where(hole, 1.0, decode(at)",  # a constant has no slope
        "sigma: float=-0.1",  # it is squared
    ],
    "sample_fills": ["torch.where(hole, -0.0, image)"],
}


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
    equivalent, survivors, killed = EQUIVALENT.get(name, []), [], 0
    for difference, mutant in mutants(task.reference):
        outcomes = task.run(impatient(mutant))
        if not judge(task, outcomes).correct:
            killed += 1
        elif not any(text in difference for text in equivalent):
            survivors.append(difference)
    print(f"{name}: {killed} mutants killed, {len(equivalent)} proven equivalent")
    assert not survivors
    assert killed >= 4


@pytest.mark.parametrize("name", names())
def test_there_are_three_hints_and_the_last_is_code_that_passes(name):
    task = find(name)
    assert len(set(task.hints)) == 3
    signature = re.sub(r": [^,=)]+(?=[,=)])", "", SIGNATURES[name])
    scope = dict(vars(inspect.getmodule(task.reference)))
    scope |= {other: find(other).reference for other in names()}
    is_class = isinstance(task.reference, type)
    head = f"class {name}(nn.Module):" if is_class else f"def {name}{signature}:"
    exec(f"{head}\n{textwrap.indent(task.hints[2], '    ')}", scope)
    assert judge(task, task.run(scope[name])).correct


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
