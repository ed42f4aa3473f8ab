"""Two fills from the picture alone, each the least of a sum of squares: harmonic and biharmonic.

The harmonic fill has the smallest slopes: roughness is the sum of squared differences, each pair
of 4-neighbours once and no pair beyond the border. The biharmonic fill has the smallest bending,
as a thin plate that is held at the known pixels: it goes on where the picture was going. Each
minimum over the hole, where the gradient is zero, is a linear system, solved here by one sparse
factorisation, which is kept for the next picture with the same hole. Lesson 02 walks to the
harmonic one by gradient descent; this is the end of the walk.
"""

from functools import lru_cache
from typing import Any

import numpy as np

from learnkit.fills.protocol import around, check_fillable, spread
from learnkit.shapes import Hole, Image

SMALL = 10_000  # pixels


def harmonic(image: Image, hole: Hole) -> Image:
    """The minimum over the hole of Σ (x_i - x_j)², i and j 4-neighbours: Laplace's equation.

    With the Laplacian L, (L x)_i = Σ_j (x_i - x_j), it solves for the pixels u of the hole, given
    the known pixels k,

        L_uu x_u = -L_uk x_k

    At the picture's border a pixel has fewer neighbours, which is the natural (Neumann) border
    condition. Each channel is filled by itself, and what the picture holds under the hole does not
    matter. Known pixels come back bit for bit; an empty hole gives a copy.

    Raises ValueError where no pixel is known, and as `check_image` and `check_hole` do.
    Source: Chan and Shen (2001), Local inpainting models and TV inpainting, section 3.

    >>> harmonic(np.array([[0.0, 0.9, 0.9, 0.6]]), np.array([[False, True, True, False]]))
    array([[0. , 0.2, 0.4, 0.6]])
    """
    return _least(image, hole, power=1)


def biharmonic(image: Image, hole: Hole) -> Image:
    """The minimum over the hole of Σ_i (L x)_i², L as in `harmonic`: a thin plate.

        B_uu x_u = -B_uk x_k,  B = L²

    Two pixels and more from the picture's border B is the stencil of 13 weights that discretises
    Δ², and there the fill is scikit-image's; at the border L has fewer neighbours, as above. A
    plate overshoots: the fill is clipped to the range of the known pixels, channel by channel.
    Everything else is as `harmonic` has it.

    Source: Damelin and Hoang (2018), On surface completion and image inpainting by biharmonic
    functions.

    >>> ramp = np.array([[0.1, 0.2, 0.0, 0.0, 0.5, 0.6]] * 3)
    >>> biharmonic(ramp, ramp == 0)[1].round(6)
    array([0.1, 0.2, 0.3, 0.4, 0.5, 0.6])
    """
    return _least(image, hole, power=2)


def _least(image: Image, hole: Hole, power: int) -> Image:
    """A_uu x_u = -A_uk x_k with A = L^power, on the part of the picture that the hole can see."""
    check_fillable(image, hole)
    fill = image.copy()
    if not hole.any():
        return fill
    # A reaches `power` pixels far; of a small picture the whole matrix is at hand already
    window = np.s_[:, :] if hole.size <= SMALL else around(hole, margin=power)
    hole_here, values = hole[window], image[window]
    rows, factors = _system(np.packbits(hole_here).tobytes(), hole_here.shape, power)
    # the known pixels, 0 in the hole: A_uk x_k is then one product with all columns
    x = np.where(spread(hole_here, values), 0, values).reshape(hole_here.size, -1)
    x_u = factors.solve(-(rows @ x.astype(np.float64)))
    # of a harmonic fill rounding alone may step beyond the known values, a plate overshoots
    x_k = image[~hole].reshape(-1, x.shape[1])
    x_u = x_u.clip(x_k.min(axis=0), x_k.max(axis=0))
    fill[hole] = x_u.reshape(fill[hole].shape)
    return fill


@lru_cache(maxsize=2)  # one hole over many pictures costs one factorisation
def _system(packed: bytes, shape: tuple[int, int], power: int) -> tuple[Any, Any]:
    """The rows A_u of the hole's pixels, and A_uu in factors."""
    from scipy.sparse.linalg import splu

    bits = np.frombuffer(packed, np.uint8)
    u = np.flatnonzero(np.unpackbits(bits, count=shape[0] * shape[1]))
    rows = _operator(*shape, power)[u]
    factors = splu(
        rows[:, u].tocsc(),
        permc_spec="MMD_AT_PLUS_A",  # the system is symmetric and positive definite:
        diag_pivot_thresh=0,  # no pivoting, which would fill the factors
        options={"SymmetricMode": True},
    )
    return rows, factors


@lru_cache(maxsize=4)  # so that on small pictures a new hole costs its own factors alone
def _operator(h: int, w: int, power: int) -> Any:
    """L^power (h w, h w), sparse; L has each pixel's degree on the diagonal, -1 a neighbour."""
    from scipy.sparse import diags_array, kronsum

    def of_a_line(n: int) -> Any:  # the same in one dimension; an end has one neighbour
        degree = np.full(n, 2.0)
        degree[0] -= 1
        degree[-1] -= 1
        side = np.full(n - 1, -1.0)
        return diags_array([side, degree, side], offsets=[-1, 0, 1])

    laplacian = kronsum(of_a_line(w), of_a_line(h), format="csr")
    return laplacian if power == 1 else (laplacian @ laplacian).tocsr()
