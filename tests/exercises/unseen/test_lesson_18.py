"""Lesson 18: answers by readers who knew the lesson, and had not seen the tables."""

import functools
import math

import torch
import torch.nn.functional as F

from tests.exercises.answers import collected, further_tests

RIGHT, WRONG, right, wrong = collected()


# ---- flow_loss -----------------------------------------------------------------------------------


@wrong("flow_loss", "The ends of your line are swapped: at t = 0 stands the noise x0, at t = 1")
def mixed_the_other_way(model, x0, x1, t):
    """Picture and noise are mixed the other way round: at t = 0 there is the picture."""
    s = t.view(-1, *[1] * (x0.dim() - 1))
    xt = s * x0 + (1 - s) * x1
    return ((model(xt, t) - (x1 - x0)) ** 2).mean()


@wrong("flow_loss", "t[:, None] fits points, and here come pictures (n, c, h, w) as well.")
def right_for_points(model, x0, x1, t):
    """T gets one more axis, which is right for points alone."""
    w = t[:, None]
    xt = (1 - w) * x0 + w * x1
    return (model(xt, t) - (x1 - x0)).square().mean()


@wrong("flow_loss", "You pass the reshaped t to the network: it takes the t of shape (n,)")
def reshaped_time_for_the_model(model, x0, x1, t):
    """The model gets the reshaped t, not the t of shape (n,)."""
    t = t.reshape(-1, *[1] * (x0.ndim - 1))
    xt = (1 - t) * x0 + t * x1
    return F.mse_loss(model(xt, t), x1 - x0)


@wrong("flow_loss", "You sum over the numbers of each sample and take the mean over the samples")
def summed_over_a_sample(model, x0, x1, t):
    """Summed over the numbers of a sample, averaged over the samples alone."""
    s = t.reshape(-1, *[1] * (x0.ndim - 1))
    off = model(x0 + s * (x1 - x0), t) - (x1 - x0)
    return (off**2).flatten(1).sum(dim=1).mean()


@wrong("flow_loss", "Your function changes its argument `x0` in place: work on a copy.")
def mixed_in_place(model, x0, x1, t):
    """Two faults: the mixture is made in place, so x0 is changed, and then the velocity is
    taken from the changed x0."""
    s = t.reshape(-1, *[1] * (x0.ndim - 1))
    x0 *= 1 - s
    x0 += s * x1
    return F.mse_loss(model(x0, t), x1 - x0)


@right("flow_loss")
def axes_moved(model, x0, x1, t):
    velocity = x1 - x0
    xt = x0 + torch.einsum("n...,n->n...", velocity, t)
    return (model(xt, t) - velocity).pow(2).mean()


@right("flow_loss")
def sample_by_sample(model, x0, x1, t):
    xt = torch.stack([(1 - s) * a + s * b for a, b, s in zip(x0, x1, t)])
    predicted = model(xt, t)
    off = (predicted + x0 - x1).flatten()
    return (off @ off) / off.numel()


# ---- integrate -----------------------------------------------------------------------------------


@wrong("integrate", "You change x0 in place (+=, add_): it belongs to the caller. Write xt = xt")
def walks_in_place(velocity, x0, steps):
    """The walk is made in the given tensor, so x0 is changed."""
    x = x0
    with torch.no_grad():
        for i in range(steps):
            t = torch.full((len(x),), i / steps, device=x0.device)
            x += velocity(x, t) / steps
    return x


@wrong("integrate", "Your last time is 1, and your times are too far apart (torch.linspace(0,")
def both_ends(velocity, x0, steps):
    """The times go from 0 to 1 with both ends."""
    x = x0
    with torch.no_grad():
        for time_now in torch.linspace(0, 1, steps, device=x0.device):
            x = x + velocity(x, time_now.expand(len(x))) / steps
    return x


@wrong("integrate", "Your x1 still holds its graph (requires_grad is on): 25 calls of a network")
def graph_is_kept(velocity, x0, steps):
    """The graph is kept."""
    x, dt = x0.clone(), 1 / steps
    for i in range(steps):
        t = torch.full((x.shape[0],), i * dt, device=x0.device)
        x = x + dt * velocity(x, t)
    return x


@wrong("integrate", "You ask twice in a step, once more in its middle: Euler's step asks once,")
@torch.no_grad()
def by_middle_points(velocity, x0, steps):
    """A middle point is asked in each step, so there are twice as many calls and it is not
    Euler's method."""
    x, dt = x0, 1 / steps
    for i in range(steps):
        t = torch.full((len(x0),), i * dt, device=x0.device)
        half = x + dt / 2 * velocity(x, t)
        x = x + dt * velocity(half, t + dt / 2)
    return x


@wrong("integrate", "velocity is given t as torch.float32 (); it takes a time for each sample,")
@torch.no_grad()
def all_states(velocity, x0, steps):
    """Two faults: t is one number without the axis of samples, and all states are returned."""
    states = [x0]
    for i in range(steps):
        t = torch.tensor(i / steps, device=x0.device)
        states.append(states[-1] + velocity(states[-1], t) / steps)
    return torch.stack(states)


@right("integrate")
@torch.no_grad()
def by_reduction(velocity, x0, steps):
    def euler(x, i):
        t = x0.new_full((x0.shape[0],), i / steps)
        return torch.add(x, velocity(x, t), alpha=1 / steps)

    return functools.reduce(euler, range(steps), x0.clone())


@right("integrate")
def by_a_table_of_times(velocity, x0, steps):
    times = torch.arange(steps, dtype=x0.dtype, device=x0.device) / steps
    table = times[:, None].repeat(1, len(x0))
    place = x0.detach().clone()
    with torch.no_grad():
        for t in table:
            place = place + velocity(place, t) / steps
    return place


# ---- drop_labels ---------------------------------------------------------------------------------


@wrong("drop_labels", "You change `labels` in place: they belong to the caller, who needs them")
def dropped_in_place(labels, probability, empty, generator):
    """The labels are changed in place."""
    mask = torch.rand(labels.shape, generator=generator, device=labels.device) < probability
    labels[mask] = empty
    return labels


@wrong("drop_labels", "One throw decides for the whole batch: either all labels are replaced or")
def one_throw_for_all(labels, probability, empty, generator):
    """One throw decides for all labels."""
    if torch.rand(1, generator=generator, device=labels.device).item() < probability:
        return torch.full_like(labels, empty)
    return labels.clone()


@wrong("drop_labels", "You throw normal numbers, torch.randn, which lie below `probability` far")
def normal_numbers(labels, probability, empty, generator):
    """Normal numbers are thrown, not uniform ones, so far too many are dropped."""
    dice = torch.randn(labels.shape, generator=generator, device=labels.device)
    return labels.masked_fill(dice < probability, empty)


@wrong("drop_labels", "You return torch.float32 (20001,); labels are torch.int64 of shape (n,),")
def thrown_without_the_generator(labels, probability, empty, generator):
    """Two faults: the given generator is not used, and the result is float."""
    keep = (torch.rand(labels.shape, device=labels.device) >= probability).float()
    return keep * labels + (1 - keep) * empty


@right("drop_labels")
def by_bernoulli(labels, probability, empty, generator):
    chances = torch.full(labels.shape, float(probability), device=labels.device)
    thrown = torch.bernoulli(chances, generator=generator).bool()
    return labels.masked_fill(thrown, empty)


@right("drop_labels")
def by_sum_of_what_changes(labels, probability, empty, generator):
    uniform = torch.empty(labels.shape, device=labels.device).uniform_(0, 1, generator=generator)
    dropped = (uniform < probability).to(labels.dtype)
    return labels + dropped * (empty - labels)


# ---- guided_velocity -----------------------------------------------------------------------------


@wrong("guided_velocity", "Yours begins at v(labels), so that the scale is one too large: with")
def one_too_many(model, xt, t, labels, empty, scale):
    """The scale is added on top of the labelled velocity, so it counts as 1 + scale."""
    told = model(xt, t, labels)
    untold = model(xt, t, torch.full_like(labels, empty))
    return told + scale * (told - untold)


@wrong("guided_velocity", "model is given labels as an int; it takes a tensor of torch.int64")
def bare_number(model, xt, t, labels, empty, scale):
    """The model is given the bare number for no kind, not a label for each sample."""
    v0 = model(xt, t, empty)
    v1 = model(xt, t, labels)
    return v0 + scale * (v1 - v0)


@wrong("guided_velocity", 'You take kind 0 for "no label": it is a kind like any other. `empty`')
def zero_for_empty(model, xt, t, labels, empty, scale):
    """Label 0 is taken for the empty one."""
    nothing = model(xt, t, torch.zeros_like(labels))
    return (1 - scale) * nothing + scale * model(xt, t, labels)


@wrong("guided_velocity", "Your function changes its argument `labels` in place: work on a copy.")
def labels_overwritten(model, xt, t, labels, empty, scale):
    """Two faults: the labels are overwritten with the empty one, and so both velocities are of
    no kind."""
    blank = labels
    blank[:] = empty
    without = model(xt, t, blank)
    with_label = model(xt, t, labels)
    return without + scale * (with_label - without)


@right("guided_velocity")
def weighted_sum_of_both(model, xt, t, labels, empty, scale):
    nothing = torch.empty_like(labels).fill_(empty)
    velocities = (model(xt, t, nothing), model(xt, t, labels))
    return sum(weight * v for weight, v in zip((1 - scale, scale), velocities))


@right("guided_velocity")
def added_with_alpha(model, xt, t, labels, empty, scale):
    ask = functools.partial(model, xt, t)
    unsaid = ask(labels.new_full(labels.shape, empty))
    return torch.add(unsaid, ask(labels) - unsaid, alpha=scale)


# ---- attention -----------------------------------------------------------------------------------


@wrong("attention", "Your softmax goes over the queries (dim=-2): each query's weights for the")
def softmax_over_queries(q, k, v):
    """The softmax goes over the queries, so the weights of a query do not sum to 1."""
    scores = torch.matmul(q, k.transpose(2, 3)) / math.sqrt(q.shape[-1])
    return torch.matmul(F.softmax(scores, dim=2), v)


@wrong("attention", "You divide by the root of v's width: d is the width of queries and keys,")
def scaled_by_the_values(q, k, v):
    """Divided by the root of m, the length of the values, in place of d."""
    scores = torch.einsum("nhqd,nhkd->nhqk", q, k) / v.shape[-1] ** 0.5
    return torch.einsum("nhqk,nhkm->nhqm", scores.softmax(dim=-1), v)


@wrong("attention", "e to the power of a large score is infinite, and infinity divided by")
def bare_exponentials(q, k, v):
    """The exponentials are taken as they are, which overflows for large products."""
    e = torch.exp(q @ k.mT / math.sqrt(q.size(-1)))
    weights = e / e.sum(dim=-1, keepdim=True)
    return weights @ v


@wrong("attention", "You reshape k where its axes must change places: reshape reads the same")
def keys_reshaped(q, k, v):
    """The keys are reshaped instead of transposed, which mixes the numbers of different
    tokens."""
    n, heads, tokens, d = k.shape
    scores = q @ k.reshape(n, heads, d, tokens) / d**0.5
    return torch.softmax(scores, dim=-1) @ v


@wrong("attention", "You return a tuple; return the averaged values in one tensor (is there a")
def softmax_over_heads(q, k, v):
    """Two faults: the softmax goes over the heads, and the weights are returned with the
    result."""
    weights = (q @ k.transpose(-1, -2) / math.sqrt(q.shape[-1])).softmax(dim=1)
    return weights @ v, weights


@right("attention")
def head_by_head(q, k, v):
    def one_head(queries, keys, values):
        rows = []
        for query in queries:
            fit = keys @ query / math.sqrt(len(query))
            rows.append(torch.softmax(fit, dim=0) @ values)
        return torch.stack(rows)

    return torch.stack(
        [torch.stack([one_head(*head) for head in zip(*sample)]) for sample in zip(q, k, v)]
    )


@right("attention")
def by_log_sum_exp(q, k, v):
    scores = torch.einsum("...qd,...kd->...qk", q * q.shape[-1] ** -0.5, k)
    weights = (scores - torch.logsumexp(scores, dim=-1, keepdim=True)).exp()
    return torch.einsum("...qk,...km->...qm", weights, v)


@right("attention")
def in_batches_of_matrices(q, k, v):
    n, heads, tokens, d = q.shape
    a, b, c = (x.flatten(0, 1) for x in (q, k, v))
    fit = torch.bmm(a, b.transpose(1, 2)).div(d**0.5)
    e = (fit - fit.amax(dim=2, keepdim=True)).exp()
    return torch.bmm(e / e.sum(dim=2, keepdim=True), c).reshape(n, heads, tokens, -1)


test_right, test_wrong = further_tests(RIGHT, WRONG)
