"""Lesson 15: answers by readers who knew the lesson, and had not seen the tables."""

import functools
import statistics

import numpy as np
import torch

from tests.exercises.answers import collected, further_tests

RIGHT, WRONG, right, wrong = collected()


# ---- throughput ----------------------------------------------------------------------------------


@wrong("throughput", "When you read the first clock, the device still works at the steps before")
def waits_only_after(step, batch_size, synchronize, clock, warmup=3, repeats=10):
    """The device is not waited for before the first reading: what the warm-up left is timed as
    well."""
    for _ in range(warmup):
        step()
    rates = []
    for _ in range(repeats):
        begin = clock()
        step()
        synchronize()
        rates.append(batch_size / (clock() - begin))
    return statistics.median(rates)


@wrong("throughput", "You read the second clock before the work is done: synchronize() comes")
def reads_too_early(step, batch_size, synchronize, clock, warmup=3, repeats=10):
    """The clock is read before the device is waited for."""
    for _ in range(warmup):
        step()
    speeds = []
    for _ in range(repeats):
        synchronize()
        t0 = clock()
        step()
        t1 = clock()
        synchronize()
        speeds.append(batch_size / (t1 - t0))
    return float(np.median(speeds))


@wrong("throughput", "The steps of the warm-up count in yours. Take them first, without a clock.")
def warmup_counts(step, batch_size, synchronize, clock, warmup=3, repeats=10):
    """The warm-up is timed with the others and counts."""
    rates = []
    for _ in range(warmup + repeats):
        synchronize()
        begin = clock()
        step()
        synchronize()
        rates.append(batch_size / (clock() - begin))
    return np.median(rates)


@wrong("throughput", "You always take 3 steps to warm up; the number is `warmup`.")
def lower_median(step, batch_size, synchronize, clock, warmup=3, repeats=10):
    """Two faults: torch's median is the lower of the two in the middle, and the warm-up is
    always of three steps."""
    for _ in range(3):
        step()
    rates = []
    for _ in range(repeats):
        synchronize()
        begin = clock()
        step()
        synchronize()
        rates.append(batch_size / (clock() - begin))
    return torch.tensor(rates, dtype=torch.float64).median().item()


@right("throughput")
def with_a_helper_for_the_time(step, batch_size, synchronize, clock, warmup=3, repeats=10):
    def settled():
        synchronize()
        return clock()

    def seconds():
        begin = settled()
        step()
        return settled() - begin

    for _ in range(warmup):
        step()
    return statistics.median([batch_size / seconds() for _ in range(repeats)])


@right("throughput")
def sorted_by_hand(step, batch_size, synchronize, clock, warmup=3, repeats=10):
    while warmup > 0:
        step()
        warmup -= 1
    rates = []
    while len(rates) < repeats:
        synchronize()
        start = clock()
        step()
        synchronize()
        stop = clock()
        rates.append(batch_size / (stop - start))
    rates.sort()
    return (rates[(repeats - 1) // 2] + rates[repeats // 2]) / 2


@right("throughput")
def percentile_of_readings(step, batch_size, synchronize, clock, warmup=3, repeats=10):
    [step() for _ in range(warmup)]
    readings = np.empty((repeats, 2))
    for pair in readings:
        synchronize()
        pair[0] = clock()
        step()
        synchronize()
        pair[1] = clock()
    return float(np.percentile(batch_size / np.diff(readings, axis=1), 50))


# ---- shard ---------------------------------------------------------------------------------------


@wrong("shard", "You give each process a block of neighbours: the exercise asks for every")
def piece_in_one_run(indices, rank, world_size):
    """The share is a piece in one run, not every world_size-th."""
    return torch.tensor_split(indices, world_size)[rank]


@wrong("shard", "You go by the indices' values (index % world_size == rank). The places decide:")
def by_number_of_the_picture(indices, rank, world_size):
    """The number of a picture decides, not its place in the batch."""
    return indices[indices % world_size == rank]


@wrong("shard", "You drop the tail: where the number of indices is no multiple of world_size,")
def rest_is_dropped(indices, rank, world_size):
    """What does not divide equally is dropped."""
    full = len(indices) // world_size * world_size
    return indices[:full].reshape(-1, world_size)[:, rank]


@wrong("shard", "The result is not what it should be. 2 of 8 inputs come out right; this is the")
def sorted_and_filled_up(indices, rank, world_size):
    """Two faults: the batch is sorted first, and short shares are filled up with the first
    pictures."""
    ordered = torch.sort(indices).values
    missing = -len(ordered) % world_size
    ordered = torch.cat([ordered, ordered[:missing]])
    return ordered[rank::world_size]


@right("shard")
def by_mask_of_places(indices, rank, world_size):
    places = torch.arange(len(indices), device=indices.device)
    return indices[places % world_size == rank]


@right("shard")
def by_enumeration(indices, rank, world_size):
    mine = []
    for place, number in enumerate(indices.tolist()):
        if (place - rank) % world_size == 0:
            mine.append(number)
    return torch.tensor(mine, dtype=indices.dtype, device=indices.device)


# ---- average_gradients ---------------------------------------------------------------------------


@wrong("average_gradients", "A process without pictures has NaN for gradients, the mean of")
def zero_times_nan(gradients, counts):
    """0 times NaN is NaN, so a process without pictures spoils all."""
    total = sum(counts)
    result = []
    for p in range(len(gradients[0])):
        result.append(sum(gradients[r][p] * counts[r] for r in range(len(counts))) / total)
    return result


@wrong("average_gradients", "You change the gradients that you were given (with +=, add_ or")
def collected_in_the_first(gradients, counts):
    """The sum is collected in the first process's own tensors, which are changed."""
    busy = [(g, n) for g, n in zip(gradients, counts) if n]
    first, first_count = busy[0]
    for p, out in enumerate(first):
        out *= first_count
        for other, n in busy[1:]:
            out += other[p] * n
        out /= sum(counts)
    return list(first)


@wrong("average_gradients", "You stop at the first process without pictures, and those behind")
def ends_at_the_empty_one(gradients, counts):
    """The loop ends at the first process without pictures, and the later ones are lost."""
    averaged = [torch.zeros_like(g) for g in gradients[0]]
    for rank, count in enumerate(counts):
        if count == 0:
            break
        for p in range(len(averaged)):
            averaged[p] += gradients[rank][p] * count / sum(counts)
    return averaged


@wrong("average_gradients", "You leave processes without pictures out of the gradients and not")
def counts_out_of_step(gradients, counts):
    """Empty processes are taken out of the gradients but not out of the counts, so the weights
    belong to others."""
    kept = [g for g in gradients if not torch.isnan(g[0]).any()]
    total = sum(counts)
    return [sum(n * part for n, part in zip(counts, parts)) / total for parts in zip(*kept)]


@wrong("average_gradients", "The mean gradient of parameter 0 is off by a factor that changes")
def divided_by_processes(gradients, counts):
    """Two faults: divided by the processes, not by the pictures; and where one process alone
    has pictures its own tensors are returned."""
    busy = [r for r, n in enumerate(counts) if n > 0]
    if len(busy) == 1:
        return list(gradients[busy[0]])
    out = []
    for p in range(len(gradients[0])):
        out.append(sum(counts[r] * gradients[r][p] for r in busy) / len(busy))
    return out


@right("average_gradients")
def running_mean_of_gradients(gradients, counts):
    seen, mean = 0, None
    for gradient, count in zip(gradients, counts, strict=True):
        if count == 0:
            continue
        seen += count
        if mean is None:
            mean = [g.clone() for g in gradient]
        else:
            mean = [m + (g - m) * (count / seen) for m, g in zip(mean, gradient, strict=True)]
    return mean


@right("average_gradients")
def tensordot_of_the_busy(gradients, counts):
    busy = [rank for rank in range(len(counts)) if counts[rank] > 0]
    averaged = []
    for parts in zip(*(gradients[rank] for rank in busy)):
        stacked = torch.stack(parts)
        shares = torch.tensor([float(counts[rank]) for rank in busy]).to(stacked)
        averaged.append(torch.tensordot(shares / shares.sum(), stacked, dims=1))
    return averaged


@right("average_gradients")
def empty_ones_as_zeros(gradients, counts):
    total = sum(counts)

    def part(rank, p):
        g = gradients[rank][p]
        return g * (counts[rank] / total) if counts[rank] else torch.zeros_like(g)

    return [
        functools.reduce(
            torch.add, (part(rank, p) for rank in range(len(counts))), torch.zeros_like(first)
        )
        for p, first in enumerate(gradients[0])
    ]


test_right, test_wrong = further_tests(RIGHT, WRONG)
