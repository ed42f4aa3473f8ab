"""New pictures out of old ones: turned, enlarged, moved, mirrored; and the hole with them.

An affine map of the plane is a matrix (2, 3). Torch's `affine_grid` reads it backwards: it says for
each pixel of the new picture where in the old one to look, in coordinates from -1 to 1. A place
between pixels is the mean of four, weighted by nearness (bilinear), and a pixel that looks even a
little into the hole, or beyond the border, is not known: it belongs to the new hole.
Source: Jaderberg et al. (2015), Spatial transformer networks, eq. 1 and 5.
"""

import math

import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor

from learnkit.tensors import Hole, Images

Matrices = Float[Tensor, "n 2 3"]
LITTLE = 1e-3  # a weight that is rounding, and no pixel


def augment(image: Images, hole: Hole, matrix: Matrices) -> tuple[Images, Hole]:
    """Pictures and their holes through one map each: (images, holes), (n, 1, h, w) bool.

    Beyond the border pictures are 0, and hole. A pixel whose known pixels weigh less than
    1 - LITTLE together is hole.
    Raises ValueError or TypeError where shapes or types do not fit.

    >>> same = torch.tensor([[[1.0, 0, 0], [0, 1, 0]]])
    >>> augment(torch.ones(1, 1, 4, 4), torch.zeros(1, 1, 4, 4, dtype=torch.bool), same)[1].any()
    tensor(False)
    """
    n, _, h, w = image.shape
    if hole.dtype != torch.bool:
        raise TypeError(f"hole must be a bool tensor, True = to be filled, got {hole.dtype}")
    for name, tensor, shape in (("hole", hole, (n, 1, h, w)), ("matrix", matrix, (n, 2, 3))):
        if tensor.shape != shape:
            raise ValueError(
                f"{name} must be {shape}, one for each picture, got {tuple(tensor.shape)}"
            )
    grid = F.affine_grid(matrix.to(image), list(image.shape), align_corners=False)
    moved = F.grid_sample(image, grid, mode="bilinear", align_corners=False)
    known = F.grid_sample((~hole).to(image), grid, mode="bilinear", align_corners=False)
    return moved, known < 1 - LITTLE


def random_maps(
    n: int,
    *,
    degrees: float = 0.0,
    scale: float = 0.0,
    shift: float = 0.0,
    mirror: bool = False,
    upside_down: bool = False,
    generator: torch.Generator | None = None,
) -> Matrices:
    """`n` maps: turned by up to ±`degrees`, enlarged by up to ±`scale`, moved by up to ±`shift`.

    `shift` is a share of the picture's side. Half are mirrored left to right where `mirror`, half
    top to bottom where `upside_down`. Each is uniform in its range.
    """
    device = "cpu" if generator is None else generator.device
    random = torch.rand((6, n), generator=generator, device=device, dtype=torch.float32)
    turn, enlarge, down, right = 2 * random[:4] - 1
    angle, size = math.radians(degrees) * turn, 1 + scale * enlarge
    left_right = torch.where(random[4] < 0.5, -1.0, 1.0) if mirror else torch.ones_like(turn)
    top_bottom = torch.where(random[5] < 0.5, -1.0, 1.0) if upside_down else torch.ones_like(turn)
    cos, sin = torch.cos(angle) / size, torch.sin(angle) / size
    x = torch.stack([cos * left_right, -sin * top_bottom, 2 * shift * right], dim=1)
    y = torch.stack([sin * left_right, cos * top_bottom, 2 * shift * down], dim=1)
    return torch.stack([x, y], dim=1)
