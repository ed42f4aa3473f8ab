"""A hole filled by search: the latent space of a plain VAE, walked until the known pixels fit.

The decoder was never told of holes. So the known pixels are turned into an energy over z,
`conditional_vae.latent_step`'s, and all pictures of a batch walk down it together.
"""

import torch
from jaxtyping import Float
from torch import Tensor

from learnkit.models.conditional_vae import Decode
from learnkit.models.masked import check_holes, check_pictures_of, composite, cut
from learnkit.shapes import check_at_least
from learnkit.tensors import Hole, Images, Latents, Rows

PART = 500  # pictures that are searched for together: what they need stays in the cache


def latent_search(
    decode: Decode,
    images: Images,
    hole: Hole,
    latent: int,
    *,
    steps: int = 40,
    lr: float = 0.15,
    sigma: float = 0.3,
    bank: int = 4096,
    restarts: int = 1,
    generator: torch.Generator | None = None,
) -> Images:
    """Holes filled by a decoder that knows nothing of holes: the best z for what is known.

    Each picture begins at the one of `bank` draws from N(0, I) that fits its known pixels best,
    and walks `steps` steps of Adam down `latent_step`'s energy, with a step that shrinks to 0;
    with `restarts` at its best few draws, of which the end with the least energy counts. All
    pictures walk together. `decode(z)` gives pictures in [0, 1]; known pixels come back bit for
    bit. Where a hole covers everything there is nothing to fit, and the fill is a draw: the
    picture of a z from N(0, I).
    Raises ValueError where a number is too small, or the decoder's pictures are of another size.
    """
    check_at_least(1, steps=steps, restarts=restarts)
    check_at_least(restarts, bank=bank)
    if not sigma > 0:
        raise ValueError(f"sigma must be above 0, the error that a pixel may have; got {sigma}")
    hole = check_holes(images, hole)

    def draw(count: int) -> Latents:
        size, device = (count, latent), images.device
        return torch.randn(size, generator=generator, device=device, dtype=torch.float32)

    drawn = draw(bank)
    with torch.no_grad():
        made = decode(drawn)
        check_pictures_of(images, made.shape[1:])
    free = hole.flatten(1).all(dim=1)  # of these nothing is known
    fills = cut(images, hole).float()
    if not free.all():
        flat, parts = made.flatten(1), (fills[~free].split(PART), hole[~free].split(PART))
        found = [
            _searched(decode, x, gap, _starts(drawn, flat, x, gap, restarts), steps, lr, sigma)
            for x, gap in zip(*parts, strict=True)
        ]
        fills[~free] = torch.cat(found)
    if free.any():
        z = draw(int(free.sum()))
        with torch.no_grad():
            fills[free] = decode(z).float()
    return composite(fills, images, hole)


def _starts(
    drawn: Float[Tensor, "bank d"], made: Float[Tensor, "bank _"], x: Images, hole: Hole, count: int
) -> Float[Tensor, "{count} n d"]:
    """The `count` draws nearest to each picture on its known pixels: (count, n, d)."""
    known = (~hole).expand_as(x).flatten(1).to(x.dtype)
    apart = known @ made.square().T - 2 * (x.flatten(1) * known) @ made.T  # but for |x|²
    return drawn[apart.topk(count, dim=1, largest=False).indices.T]


def _searched(
    decode: Decode,
    x: Images,
    hole: Hole,
    starts: Float[Tensor, "_ n d"],
    steps: int,
    lr: float,
    sigma: float,
) -> Images:
    count, n, _ = starts.shape
    z = starts.flatten(0, 1).requires_grad_()
    target, gap = x.repeat(count, 1, 1, 1), hole.repeat(count, 1, 1, 1)
    adam = torch.optim.Adam([z], lr=lr, betas=(0.9, 0.95))

    def costs() -> tuple[Images, Rows]:
        made = decode(z)
        wrong = torch.where(gap, 0.0, made - target).square().flatten(1).sum(dim=1)
        return made, wrong / (2 * sigma**2) + z.square().sum(dim=1) / 2

    with torch.enable_grad():
        for step in range(steps):
            adam.param_groups[0]["lr"] = lr * (1 - step / steps)
            (z.grad,) = torch.autograd.grad(costs()[1].sum(), z)  # the decoder gets none
            adam.step()
    with torch.no_grad():
        made, energy = costs()
    best = energy.unflatten(0, (count, n)).argmin(dim=0)
    made = made.unflatten(0, (count, n))[best, torch.arange(n, device=x.device)]
    return torch.where(hole, made, x)
