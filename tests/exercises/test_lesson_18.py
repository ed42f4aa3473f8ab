"""Answers to lesson 18 that its tables do not hold: right ones in other styles, and wrong ones."""

import itertools
import math
import sys

import cloudpickle
import torch
import torch.nn.functional as F

from tests.exercises.answers import collected, further_tests

cloudpickle.register_pickle_by_value(sys.modules[__name__])  # a worker has no tests to import
RIGHT, WRONG, right, wrong = collected()

LOSS, WALK, DROP, GUIDE, LOOK = (
    "flow_loss",
    "integrate",
    "drop_labels",
    "guided_velocity",
    "attention",
)


# ---- flow_loss ---------------------------------------------------------------------------------


@right(LOSS)
def by_view(model, x0, x1, t):
    s = t.view(-1, *((1,) * (x0.dim() - 1)))
    return ((model(x0 + s * (x1 - x0), t) - x1 + x0) ** 2).mean()


@right(LOSS)
def by_lerp(model, x0, x1, t):
    s = t[(...,) + (None,) * (x0.ndim - 1)]
    return F.mse_loss(x1 - x0, model(torch.lerp(x0, x1, s), t))


@right(LOSS)
def by_einsum(model, x0, x1, t):
    xt = torch.einsum("n,n...->n...", 1 - t, x0) + torch.einsum("n,n...->n...", t, x1)
    error = model(xt=xt, t=t) - (x1 - x0)
    return error.square().sum() / error.numel()


@right(LOSS)
def with_the_batch_last(model, x0, x1, t):
    axes = (*range(1, x0.ndim), 0)
    last = (1 - t) * x0.permute(axes) + t * x1.permute(axes)
    back = last.permute(x0.ndim - 1, *range(x0.ndim - 1))
    return torch.mean((model(back, t) - (x1 - x0)).pow(2))


@right(LOSS)
def sample_by_sample(model, x0, x1, t):
    xt = torch.stack([(1 - s) * a + s * b for a, b, s in zip(x0, x1, t, strict=True)])
    return (model(xt, t) - (x1 - x0)).flatten().pow(2).mean()


@right(LOSS)
def by_the_way_that_is_left(model, x0, x1, t):
    s = t.reshape(len(t), *[1] * (x0.ndim - 1))
    xt = x1 - (1 - s) * (x1 - x0)
    return F.mse_loss(model(xt, t), (x1 - xt) / (1 - s))


@right(LOSS)
def one_call_a_sample(model, x0, x1, t):
    losses = []
    for i in range(len(t)):
        xt = ((1 - t[i]) * x0[i] + t[i] * x1[i])[None]
        losses.append(F.mse_loss(model(xt, t[i : i + 1])[0], x1[i] - x0[i]))
    return torch.stack(losses).mean()


@right(LOSS)
def in_double(model, x0, x1, t):
    s = t.double().reshape(-1, *[1] * (x0.ndim - 1))
    said = model(((1 - s) * x0 + s * x1).float(), t)
    return F.mse_loss(said.double(), (x1 - x0).double())


@wrong(LOSS, "returns None")
def no_return(model, x0, x1, t):
    by_lerp(model, x0, x1, t)


@wrong(LOSS, "You call model(xt): it must know t too, model(xt, t)")
def not_told_the_time(model, x0, x1, t):
    return F.mse_loss(model(x0), x1 - x0)


@wrong(LOSS, "You ask model for its .forward: here it is a function of (xt, t)")
def by_forward(model, x0, x1, t):
    return F.mse_loss(model.forward(x0, t), x1 - x0)


@wrong(LOSS, "Your function never calls model")
def nothing_asked(model, x0, x1, t):
    return F.mse_loss(x0, x1)


@wrong(LOSS, "You draw random numbers of your own")
def its_own_times(model, x0, x1, t):
    return by_lerp(model, x0, x1, torch.rand(len(x0)))


@wrong(LOSS, "The loss must be one number")
def not_averaged(model, x0, x1, t):
    return F.mse_loss(model(torch.lerp(x0, x1, by_axes(t, x0)), t), x1 - x0, reduction="none")


def by_axes(t, x):
    return t.reshape(-1, *[1] * (x.ndim - 1))


@wrong(LOSS, "Your target is x1, the end of the line")
def as_if_it_predicted_pictures(model, x0, x1, t):
    return ((model(torch.lerp(x0, x1, by_axes(t, x0)), t) - x1) ** 2).mean()


@wrong(LOSS, "The ends of your line are swapped")
def lerp_from_the_picture(model, x0, x1, t):
    return F.mse_loss(model(torch.lerp(x1, x0, by_axes(t, x0)), t), x1 - x0)


@wrong(LOSS, "Your time runs the other way")
def both_turned(model, x0, x1, t):
    return F.mse_loss(model(torch.lerp(x1, x0, by_axes(t, x0)), t), x0 - x1)


@wrong(LOSS, "You weigh by roots, as lesson 12 does")
def by_an_angle(model, x0, x1, t):
    s = by_axes(t, x0)
    return F.mse_loss(model((1 - s) ** 0.5 * x0 + s**0.5 * x1, t), x1 - x0)


@wrong(LOSS, "it takes the t of shape (n,), as it came")
def told_a_column(model, x0, x1, t):
    s = by_axes(t, x0)
    return F.mse_loss(model(torch.lerp(x0, x1, s), s), x1 - x0)


@wrong(LOSS, "You sum")
def summed_by_hand(model, x0, x1, t):
    return (model(torch.lerp(x0, x1, by_axes(t, x0)), t) - (x1 - x0)).pow(2).sum()


@wrong(LOSS, "No gradient reaches the network's weights")
def detached(model, x0, x1, t):
    return F.mse_loss(model(torch.lerp(x0, x1, by_axes(t, x0)), t).detach(), x1 - x0)


# ---- integrate ---------------------------------------------------------------------------------


@right(WALK)
@torch.no_grad()
def as_decorated(velocity, x0, steps):
    x = x0.clone()
    for i in range(steps):
        x += velocity(x, torch.full((x.shape[0],), i / steps)) * (1 / steps)
    return x


@right(WALK)
def by_linspace(velocity, x0, steps):
    times = torch.linspace(0, 1, steps + 1)
    x = x0
    with torch.inference_mode():
        for now, then in itertools.pairwise(times):
            x = x + (then - now) * velocity(x, now.expand(len(x)))
    return x.clone()


@right(WALK)
def in_a_while_loop(velocity, x0, steps):
    x, i = x0, 0
    while i < steps:
        x, i = (x + velocity(x, x0.new_full((len(x0),), i / steps)) / steps).detach(), i + 1
    return x


@right(WALK)
def by_arange(velocity, x0, steps):
    x = x0
    for t in torch.arange(steps) / steps:
        with torch.no_grad():
            x = torch.add(x, velocity(x, t.repeat(len(x))), alpha=1 / steps)
    return x


@right(WALK)
def by_recursion(velocity, x0, steps):
    def go(x, i):
        if i == steps:
            return x
        return go(x + velocity(x, torch.ones(len(x)) * (i / steps)) / steps, i + 1)

    with torch.no_grad():
        return go(x0, 0)


@right(WALK)
def detached_at_the_end(velocity, x0, steps):
    x = x0
    for i in range(steps):
        x = x + velocity(x, torch.full([len(x)], i / steps)) / steps
    return x.detach()


@wrong(WALK, "returns None")
def walks_and_says_nothing(velocity, x0, steps):
    as_decorated(velocity, x0, steps)


@wrong(WALK, "it takes a time for each sample")
def told_one_time(velocity, x0, steps):
    return x0 + velocity(x0, torch.tensor(0.0)) / steps


@wrong(WALK, "it takes a time for each sample")
def told_whole_steps(velocity, x0, steps):
    return x0 + velocity(x0, torch.zeros(len(x0), dtype=torch.int64)) / steps


@wrong(WALK, "return the last one alone")
def the_whole_film(velocity, x0, steps):
    film = [x0]
    with torch.no_grad():
        for i in range(steps):
            step = velocity(film[-1], torch.full((len(x0),), i / steps)) / steps
            film.append(film[-1] + step)
    return film


@wrong(WALK, "Your x1 still holds its graph")
def with_its_graph(velocity, x0, steps):
    x = x0
    for t in torch.arange(steps) / steps:
        x = x + velocity(x, t.repeat(len(x))) / steps
    return x


@wrong(WALK, "Your t runs from 1 down")
def as_in_lesson_12(velocity, x0, steps):
    x = x0
    with torch.no_grad():
        for i in reversed(range(steps)):
            x = x + velocity(x, torch.full((len(x),), (i + 1) / steps)) / steps
    return x


@wrong(WALK, "You take the velocity at the time where the step ends")
def counted_from_1(velocity, x0, steps):
    x = x0
    with torch.no_grad():
        for i in range(1, steps + 1):
            x = x + velocity(x, torch.full((len(x),), i / steps)) / steps
    return x


@wrong(WALK, "torch.linspace(0, 1, steps) ends at 1")
def by_a_short_linspace(velocity, x0, steps):
    x = x0
    with torch.no_grad():
        for t in torch.linspace(0, 1, steps):
            x = x + velocity(x, t.repeat(len(x))) / steps
    return x


@wrong(WALK, "changes its argument `x0` in place")
def in_place(velocity, x0, steps):
    with torch.no_grad():
        for i in range(steps):
            x0.add_(velocity(x0, torch.full((len(x0),), i / steps)), alpha=0.5 / steps)
    return x0


# ---- drop_labels -------------------------------------------------------------------------------


@right(DROP)
def by_a_mask(labels, probability, empty, generator):
    new = labels.clone()
    new[torch.rand(len(labels), generator=generator) < probability] = empty
    return new


@right(DROP)
def by_bernoulli(labels, probability, empty, generator):
    drop = torch.bernoulli(torch.full(labels.shape, probability), generator=generator).bool()
    return labels.masked_fill(drop, empty)


@right(DROP)
def by_keeping(labels, probability, empty, generator):
    keep = torch.rand(labels.shape, generator=generator) >= probability
    return torch.where(keep, labels, torch.full_like(labels, empty))


@right(DROP)
def by_arithmetic(labels, probability, empty, generator):
    drop = (torch.rand(labels.shape, generator=generator) < probability).long()
    return labels * (1 - drop) + empty * drop


@right(DROP)
def by_fresh_numbers(labels, probability, empty, generator):
    thrown = torch.empty(labels.shape).uniform_(generator=generator)
    return torch.where(thrown < probability, torch.tensor(empty), labels)


@right(DROP)
def by_whole_numbers(labels, probability, empty, generator):
    thrown = torch.randint(1_000_000, labels.shape, generator=generator)
    return torch.where(thrown < round(1_000_000 * probability), empty, labels)


@wrong(DROP, "returns None")
def forgot_to_return(labels, probability, empty, generator):
    torch.where(torch.rand(labels.shape, generator=generator) < probability, empty, labels)


@wrong(DROP, "Your throws do not come from the generator that you are given")
def thrown_by_python(labels, probability, empty, generator):
    import random

    return torch.full_like(labels, empty) if random.random() < 2 else labels.clone()


@wrong(DROP, "Your throws do not come from the generator")
def rand_like_knows_no_generator(labels, probability, empty, generator):
    return torch.where(torch.rand_like(labels.float()) < probability, empty, labels)


@wrong(DROP, "You change `labels` in place")
def masked_in_place(labels, probability, empty, generator):
    return labels.masked_fill_(torch.rand(len(labels), generator=generator) < probability, empty)


@wrong(DROP, "You keep each label with that probability")
def the_other_way(labels, probability, empty, generator):
    return torch.where(torch.rand(len(labels), generator=generator) > probability, empty, labels)


@wrong(DROP, "return the labels as a tensor of torch")
def as_a_list(labels, probability, empty, generator):
    return by_a_mask(labels, probability, empty, generator).tolist()


# ---- guided_velocity ---------------------------------------------------------------------------


@right(GUIDE)
def in_one_call(model, xt, t, labels, empty, scale):
    both = torch.cat([torch.full_like(labels, empty), labels])
    free, told = model(torch.cat([xt, xt]), torch.cat([t, t]), both).chunk(2)
    return torch.lerp(free, told, scale)


@right(GUIDE)
def by_weights(model, xt, t, labels, empty, scale):
    nothing = empty * torch.ones_like(labels)
    return (1 - scale) * model(xt, t, nothing) + scale * model(xt, t, labels)


@right(GUIDE)
def from_the_labels(model, xt, t, labels, empty, scale):
    told = model(xt, t, labels=labels)
    free = model(xt, t, labels=labels.new_full(labels.shape, empty))
    return told + (scale - 1) * (told - free)


@right(GUIDE)
def one_sample_at_a_time(model, xt, t, labels, empty, scale):
    made = []
    for i in range(len(xt)):
        one = slice(i, i + 1)
        free = model(xt[one], t[one], torch.tensor([empty]))
        made.append(free + scale * (model(xt[one], t[one], labels[one]) - free))
    return torch.cat(made)


@wrong(GUIDE, "Yours begins at v(labels)")
def as_the_paper_counts(model, xt, t, labels, empty, scale):
    nothing = torch.full_like(labels, empty)
    return (1 + scale) * model(xt, t, labels) - scale * model(xt, t, nothing)


@wrong(GUIDE, "The two velocities have changed places")
def turned(model, xt, t, labels, empty, scale):
    nothing = torch.full_like(labels, empty)
    return torch.lerp(model(xt, t, labels), model(xt, t, nothing), scale)


@wrong(GUIDE, "You call model(xt, t): it must know labels too")
def without_the_empty_label(model, xt, t, labels, empty, scale):
    free = model(xt, t)
    return free + scale * (model(xt, t, labels) - free)


@wrong(GUIDE, "it takes a tensor of torch.int64")
def one_empty_for_all(model, xt, t, labels, empty, scale):
    free = model(xt, t, torch.tensor(empty))
    return free + scale * (model(xt, t, labels) - free)


@wrong(GUIDE, "labels go from 0 to `empty`")
def minus_one_for_empty(model, xt, t, labels, empty, scale):
    free = model(xt, t, torch.full_like(labels, empty + 1))
    return free + scale * (model(xt, t, labels) - free)


@wrong(GUIDE, "You draw random numbers")
def from_another_noise(model, xt, t, labels, empty, scale):
    return in_one_call(model, xt + 0 * torch.randn(xt.shape), t, labels, empty, scale)


# ---- attention ---------------------------------------------------------------------------------


@right(LOOK)
def torchs_own(q, k, v):
    return F.scaled_dot_product_attention(q, k, v)


@right(LOOK)
def by_einsum_of_heads(q, k, v):
    scores = torch.einsum("nhqd,nhkd->nhqk", q, k) * q.shape[-1] ** -0.5
    return torch.einsum("nhqk,nhkd->nhqd", torch.softmax(scores, -1), v)


@right(LOOK)
def divided_beforehand(q, k, v):
    return F.softmax((q / math.sqrt(q.size(-1))) @ k.mT, dim=3).matmul(v)


@right(LOOK)
def softmax_by_hand(q, k, v):
    scores = q @ k.transpose(2, 3) / k.shape[3] ** 0.5
    e = (scores - scores.max(dim=-1, keepdim=True).values).exp()
    return e @ v / e.sum(dim=-1, keepdim=True)


@right(LOOK)
def query_by_query(q, k, v):
    out = torch.empty_like(v)
    for i in range(q.shape[2]):
        score = (q[:, :, i : i + 1] * k).sum(-1) / q.shape[-1] ** 0.5
        out[:, :, i] = (score.softmax(-1)[..., None] * v).sum(2)
    return out


@right(LOOK)
def with_keys_first(q, k, v):
    scores = k @ q.mT / math.sqrt(q.shape[-1])  # a column for each query
    return scores.softmax(dim=-2).mT @ v


@wrong(LOOK, "returns None")
def nothing_returned(q, k, v):
    torchs_own(q, k, v)


@wrong(LOOK, "The root is missing")
def divided_by_d(q, k, v):
    return torch.softmax(torch.einsum("nhqd,nhkd->nhqk", q, k) / q.size(3), -1) @ v


@wrong(LOOK, "You do not divide the scores by the root of d")
def unscaled(q, k, v):
    return F.scaled_dot_product_attention(q, k, v, scale=1.0)


@wrong(LOOK, "Your softmax goes over the queries")
def over_the_wrong_axis(q, k, v):
    return torch.einsum("nhqk,nhkd->nhqd", ((q @ k.mT) / q.shape[-1] ** 0.5).softmax(2), v)


@wrong(LOOK, "as language models do")
def masked(q, k, v):
    return F.scaled_dot_product_attention(q, k, v, is_causal=True)


@wrong(LOOK, "Queries and keys have changed places")
def swapped(q, k, v):
    return torchs_own(k, q, v)


@wrong(LOOK, "e to the power of a large score is infinite")
def exp_alone(q, k, v):
    e = torch.exp(q @ k.mT / math.sqrt(q.shape[-1]))
    return (e / e.sum(-1, keepdim=True)) @ v


test_right, test_wrong = further_tests(RIGHT, WRONG)
