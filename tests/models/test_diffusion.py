import math

import pytest
import torch

from learnkit.models import diffusion
from learnkit.models.noise_schedule import cosine_schedule, linear_schedule, timesteps
from tests.models.gaussian import denoiser, distance, world

LINEAR = linear_schedule(1000)
COSINE = cosine_schedule(1000)
POINTS = torch.tensor([[0.9, -0.2], [-0.6, 0.7], [-0.5, -0.8]])


def draw(n, d, seed=0, dtype=torch.float32):
    return torch.randn(n, d, generator=torch.Generator().manual_seed(seed), dtype=dtype)


def pictures(seed=0):
    torch.manual_seed(seed)
    return torch.rand(4, 3, 2, 5) * 2 - 1, torch.randn(4, 3, 2, 5)


def to_points(alpha_bar):
    """The best denoiser of a data set of three points: a softmax over them."""

    def model(xt, t):
        a = diffusion.level(alpha_bar, t, xt)
        far = (xt[:, None] - a.sqrt()[..., None] * POINTS).square().sum(-1)
        x0 = torch.softmax(-far / (2 * (1 - a)), dim=1) @ POINTS
        return (xt - a.sqrt() * x0) / (1 - a).sqrt()

    return model


def last(states):
    *_, state = states
    return state.x0


def test_q_sample_of_a_batch_is_that_of_each_picture_at_its_own_step():
    x0, noise = pictures()
    t = torch.tensor([0, 999, 500, -1])
    xt = diffusion.q_sample(x0, t, noise, LINEAR)
    for i, step in enumerate(t.tolist()):
        a = 1.0 if step < 0 else LINEAR[step].item()
        want = math.sqrt(a) * x0[i] + math.sqrt(1 - a) * noise[i]
        torch.testing.assert_close(xt[i], want, rtol=1e-5, atol=1e-5)
    assert torch.equal(xt[3], x0[3])


def test_many_small_steps_into_noise_are_one_large_one():
    x = torch.full((200_000, 1), 0.8)
    for i in range(20):
        kept = LINEAR[20 * i + 19] / (1.0 if i == 0 else LINEAR[20 * i - 1])
        x = kept.sqrt() * x + (1 - kept).sqrt() * draw(len(x), 1, seed=i)
    a = LINEAR[399].item()
    assert x.mean().item() == pytest.approx(0.8 * math.sqrt(a), abs=0.01)
    assert x.var().item() == pytest.approx(1 - a, abs=0.01)


def test_the_loss_of_the_best_denoiser_is_the_spread_that_the_noise_keeps_given_xt():
    mean, cov = world()
    model, t = denoiser(mean, cov, LINEAR), 300
    x0 = (mean + draw(20_000, len(mean), 1, torch.float64) @ torch.linalg.cholesky(cov).T).float()
    noise, steps = draw(*x0.shape, 2), torch.full((len(x0),), t)
    a = LINEAR[t].item()
    spectrum = torch.linalg.eigvalsh(cov)
    want = (a * spectrum / (a * spectrum + 1 - a)).mean().item()
    loss = diffusion.denoising_loss(model, x0, steps, noise, LINEAR)
    assert loss.shape == () and loss.item() == pytest.approx(want, rel=0.02)
    worse = diffusion.denoising_loss(lambda x, t: 1.1 * model(x, t), x0, steps, noise, LINEAR)
    assert worse > loss


def test_the_loss_passes_its_gradient_to_the_weights():
    x0, noise = pictures()
    w = torch.tensor(0.5, requires_grad=True)
    t = torch.tensor([3, 10, 600, 999])
    diffusion.denoising_loss(lambda xt, t: w * xt, x0, t, noise, LINEAR).backward()
    xt = diffusion.q_sample(x0, t, noise, LINEAR)
    torch.testing.assert_close(w.grad, (2 * (0.5 * xt - noise) * xt).mean())


def test_with_the_true_noise_a_step_of_ddim_is_the_same_picture_at_the_other_level():
    x0, noise = pictures()
    t, t_prev = torch.tensor([10, 400, 999, 0]), torch.tensor([4, -1, 700, -1])
    xt = diffusion.q_sample(x0, t, noise, LINEAR)
    got = diffusion.ddim_step(xt, noise, t, t_prev, LINEAR)
    want = diffusion.q_sample(x0, t_prev, noise, LINEAR)
    torch.testing.assert_close(got, want, rtol=1e-4, atol=1e-4)
    torch.testing.assert_close(got[[1, 3]], x0[[1, 3]], rtol=1e-4, atol=1e-4)


def test_ancestral_steps_are_those_of_ddpm_and_without_fresh_noise_those_of_ddim():
    xt, eps = pictures()
    fresh = pictures(1)[1]
    t, t_prev = torch.tensor([1, 400, 999, 0]), torch.tensor([0, 399, 998, -1])
    a, b = (diffusion.level(LINEAR.double(), s, xt) for s in (t, t_prev))
    beta = 1 - a / b  # Ho et al. (2020), Algorithm 2, with the posterior's variance
    want = (xt - beta / (1 - a).sqrt() * eps) / (1 - beta).sqrt()
    want += (beta * (1 - b) / (1 - a)).sqrt() * fresh
    got = diffusion.ddpm_step(xt, eps, t, t_prev, LINEAR, fresh)
    torch.testing.assert_close(got, want.float(), rtol=1e-3, atol=1e-3)
    still = diffusion.ddpm_step(xt, eps, t, t_prev, LINEAR, fresh, eta=0.0)
    torch.testing.assert_close(still, diffusion.ddim_step(xt, eps, t, t_prev, LINEAR))


def test_from_clean_to_clean_a_step_goes_nowhere():
    x0, noise = pictures()
    clean = torch.full((len(x0),), -1)
    for eta in (0.0, 1.0):
        step = diffusion.ddpm_step(x0, noise, clean, clean, LINEAR, noise, eta=eta)
        torch.testing.assert_close(step, x0)


def test_belief_and_noise_are_each_others_inverse_and_clipping_turns_both():
    xt, eps = pictures()
    a = diffusion.level(LINEAR, 800, xt)
    x0 = diffusion.predicted_x0(xt, eps, a)
    torch.testing.assert_close(diffusion.predicted_eps(xt, x0, a), eps)
    held, turned = diffusion.predict_x0_eps(lambda x, t: eps, xt, 800, LINEAR, clip=True)
    assert torch.equal(held, x0.clamp(-1, 1)) and (x0.abs() > 1).any()
    torch.testing.assert_close(diffusion.predicted_x0(xt, turned, a), held)


@pytest.mark.parametrize("alpha_bar", [LINEAR, COSINE], ids=["linear", "cosine"])
@pytest.mark.parametrize(("eta", "order"), [(0.0, 1), (1.0, 1), (0.0, 2), (1.0, 2)])
def test_samplers_carry_noise_to_the_gaussian_of_the_data(alpha_bar, eta, order):
    mean, cov = world()
    states = diffusion.ddim(
        denoiser(mean, cov, alpha_bar),
        draw(4000, len(mean)),
        alpha_bar,
        100,
        eta=eta,
        order=order,
        clip=False,
        power=2.0,
        generator=torch.Generator().manual_seed(1),
    )
    assert distance(last(states), mean, cov) < 0.03


def test_ddim_comes_to_the_flow_that_is_known_in_closed_form_and_order_2_comes_faster():
    mean, cov = world()
    alpha_bar = LINEAR.double()
    spectrum, basis = torch.linalg.eigh(cov)
    xT, a = draw(50, len(mean), dtype=torch.float64), alpha_bar[-1]
    along = ((xT - a.sqrt() * mean) @ basis) * (spectrum / (a * spectrum + 1 - a)).sqrt()
    want, model = mean + along @ basis.T, denoiser(mean, cov, alpha_bar)
    errors = {
        order: [
            (last(diffusion.ddim(model, xT, alpha_bar, n, order=order, clip=False)) - want).norm()
            for n in (100, 200, 400)
        ]
        for order in (1, 2)
    }
    for order in (1, 2):
        assert all(y < 0.75 * x for x, y in zip(errors[order], errors[order][1:], strict=False))
    assert all(y < 0.8 * x for x, y in zip(errors[1], errors[2], strict=True))


@pytest.mark.parametrize("eta", [0.0, 1.0])
def test_samples_of_a_few_points_land_on_them_each_as_often(eta):
    generator = torch.Generator().manual_seed(2)
    states = diffusion.ddim(
        to_points(LINEAR), draw(3000, 2), LINEAR, 100, eta=eta, power=2.0, generator=generator
    )
    near, which = torch.cdist(last(states), POINTS).min(dim=1)
    assert (near < 0.02).float().mean() > 0.99
    share = torch.bincount(which, minlength=3) / 3000
    assert (share - 1 / 3).abs().max() < 0.05


def test_every_moment_is_shown_and_the_last_is_the_sample():
    seen = []

    def model(xt, t):
        seen.append(t)
        return to_points(LINEAR)(xt, t)

    xT = draw(5, 2)
    states = list(diffusion.ddim(model, xT, LINEAR, 10))
    assert len(seen) == 10 == len(states) - 1
    assert [m.t for m in states] == [*timesteps(1000, 10), -1]
    assert all(t.dtype == torch.int64 and t.tolist() == 5 * [t[0].item()] for t in seen)
    assert torch.equal(states[0].xt, xT) and torch.equal(states[-1].xt, states[-1].x0)
    assert not any(part.requires_grad for m in states for part in (m.xt, m.x0))
    assert torch.is_grad_enabled()


@pytest.mark.parametrize("options", [{}, {"eta": 0.5}, {"order": 2, "power": 2.0}])
def test_a_sampler_never_asks_a_picture_for_a_number_and_so_no_gpu_is_waited_for(options):
    xT = torch.empty(2, 1, 4, 4, device="meta")  # of which there is no number
    *states, last = diffusion.ddim(lambda xt, t: xt, xT, LINEAR, 5, **options)
    assert len(states) == 5 and last.x0.shape == xT.shape and last.x0.is_meta


def test_ddpm_repeats_with_its_generator_and_ddim_needs_none():
    model, xT = to_points(COSINE), draw(6, 2)

    def sampled(sampler, seed):
        return last(sampler(model, xT, COSINE, 8, generator=torch.Generator().manual_seed(seed)))

    assert torch.equal(sampled(diffusion.ddpm, 3), sampled(diffusion.ddpm, 3))
    assert not torch.equal(sampled(diffusion.ddpm, 3), sampled(diffusion.ddpm, 4))
    assert torch.equal(sampled(diffusion.ddim, 3), sampled(diffusion.ddim, 4))


@pytest.mark.errors
def test_shapes_steps_and_options_that_do_not_fit_are_named():
    x0, noise = pictures()
    t = torch.zeros(4, dtype=torch.int64)
    with pytest.raises(ValueError, match=r"x0 and noise must have one shape, got \(4, 3, 2, 5\)"):
        diffusion.q_sample(x0, t, noise[:1], LINEAR)
    one = r"{} must hold a step a picture, int64 \(4,\), got torch.{} of shape \({}\)"
    with pytest.raises(ValueError, match=one.format("t", "int64", "1,")):
        diffusion.ddim_step(x0, noise, t[:1], t, LINEAR)
    with pytest.raises(ValueError, match=one.format("t_prev", "int64", "1,")):
        diffusion.ddim_step(x0, noise, t, t[:1], LINEAR)
    with pytest.raises(ValueError, match=one.format("t", "float32", "4,")):
        diffusion.q_sample(x0, t.float(), noise, LINEAR)
    for step in (-2, 1000):
        with pytest.raises(ValueError, match=f"t must be from 0 to 999, or -1 for clean.*{step}"):
            diffusion.q_sample(x0, t + step, noise, LINEAR)
    with pytest.raises(ValueError, match="t_prev must not lie behind t"):
        diffusion.ddpm_step(x0, noise, t, t + 1, LINEAR, noise)
    for eta in (-1.0, 3.0, math.nan):
        with pytest.raises(ValueError, match=r"eta must be from 0 .* to 1 .*, got"):
            diffusion.ddpm_step(x0, noise, t, t - 1, LINEAR, noise, eta=eta)
    with pytest.raises(ValueError, match="order must be 1 or 2, got 3"):
        next(diffusion.ddim(lambda xt, t: xt, x0, LINEAR, 5, order=3))
