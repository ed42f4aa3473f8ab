"""Answers to lesson 15 that its table does not hold: right ones in other styles, and wrong ones."""

import time
from statistics import median

import numpy as np
import torch

from tests.exercises.answers import collected, further_tests

RIGHT, WRONG, right, wrong = collected()


# ---- throughput ----------------------------------------------------------------------------------


@right("throughput")
def by_the_median_time(step, batch_size, synchronize, clock, warmup=3, repeats=10):
    times = []
    for i in range(warmup + repeats):
        synchronize()
        begin = clock()
        step()
        synchronize()
        if i >= warmup:
            times.append(clock() - begin)
    return batch_size / float(np.median(times))


@right("throughput")
def where_the_end_of_one_is_the_beginning_of_the_next(
    step, batch_size, synchronize, clock, warmup=3, repeats=10
):
    for _ in range(warmup):
        step()
    synchronize()
    marks = [clock()]
    for _ in range(repeats):
        step()
        synchronize()
        marks.append(clock())
    return np.median(batch_size / np.diff(marks))


@right("throughput")
def with_a_helper(step, batch_size, synchronize, clock, warmup=3, repeats=10):
    def now():
        synchronize()
        return clock()

    def timed():
        begin = now()
        step()
        return now() - begin

    [step() for _ in range(warmup)]
    return median(batch_size / timed() for _ in range(repeats))


@wrong("throughput", "You never call synchronize()")
def without_synchronize(step, batch_size, synchronize, clock, warmup=3, repeats=10):
    for _ in range(warmup):
        step()
    rates = []
    for _ in range(repeats):
        begin = clock()
        step()
        rates.append(batch_size / (clock() - begin))
    return median(rates)


@wrong("throughput", "You never call clock()")
def by_the_wall(step, batch_size, synchronize, clock, warmup=3, repeats=10):
    for _ in range(warmup):
        step()
    synchronize()
    begin = time.perf_counter()
    for _ in range(repeats):
        step()
    synchronize()
    return batch_size * repeats / (time.perf_counter() - begin + 1)


@wrong("throughput", "You never call step()")
def without_a_step(step, batch_size, synchronize, clock, warmup=3, repeats=10):
    synchronize()
    return batch_size / (clock() + 1)


@wrong("throughput", "You return a list; the exercise asks for one number")
def all_rates(step, batch_size, synchronize, clock, warmup=3, repeats=10):
    step()
    synchronize()
    return [clock()]


@wrong("throughput", "You return a str; the exercise asks for a number")
def as_text(step, batch_size, synchronize, clock, warmup=3, repeats=10):
    return f"{by_the_median_time(step, batch_size, synchronize, clock, warmup, repeats):.1f}"


# ---- shard ---------------------------------------------------------------------------------------


@right("shard")
def by_places(indices, rank, world_size):
    return indices[torch.arange(len(indices))[rank::world_size]]


@right("shard")
def by_a_mask(indices, rank, world_size):
    return indices[torch.arange(len(indices)) % world_size == rank]


@right("shard")
def by_a_list(indices, rank, world_size):
    return torch.tensor(indices.tolist()[rank::world_size], dtype=indices.dtype)


@wrong("shard", "You return a list; the exercise asks for the share of one process")
def all_shares(indices, rank, world_size):
    return [indices[r::world_size] for r in range(world_size)]


@wrong("shard", "You return a int; the exercise asks for a tensor")
def one_number(indices, rank, world_size):
    return int(indices[min(rank, len(indices) - 1)])


# ---- average_gradients ---------------------------------------------------------------------------


@right("average_gradients")
def by_stacking(gradients, counts):
    weights = torch.tensor(counts, dtype=torch.float32)
    weights = weights / weights.sum()
    means = []
    for parts in zip(*gradients, strict=True):
        stacked = torch.nan_to_num(torch.stack(parts))
        means.append(torch.tensordot(weights, stacked, dims=1))
    return means


@right("average_gradients")
def by_adding_up(gradients, counts):
    means = [torch.zeros_like(g) for g in gradients[0]]
    for own, count in zip(gradients, counts, strict=True):
        if count == 0:
            continue
        for mean, gradient in zip(means, own, strict=True):
            mean += gradient * count / sum(counts)
    return means


@wrong("average_gradients", "You return one tensor; the exercise asks for a list")
def in_a_row(gradients, counts):
    return torch.cat([g.ravel() for g in gradients[0]])


@wrong("average_gradients", "You return a generator; the exercise asks for a list")
def lazily(gradients, counts):
    return (g for g in gradients[0])


@wrong("average_gradients", "Your list holds a list; the exercise asks for a tensor")
def of_each_process(gradients, counts):
    return [list(own) for own in gradients]


@wrong("average_gradients", "You change the gradients that you were given")
def nan_replaced_in_place(gradients, counts):
    for own in gradients:
        for g in own:
            g.nan_to_num_()
    return by_stacking(gradients, counts)


test_right, test_wrong = further_tests(RIGHT, WRONG)
