"""The harmonic fill: the smoothest picture that agrees with what is known.

Roughness is the sum of squared differences, each pair of 4-neighbours once and no pair beyond the
border. Its minimum over the hole, where the gradient is zero, is a linear system: every pixel of
the hole is the mean of its neighbours. Lesson 02 walks there by gradient descent; this is the end
of that walk, by one sparse factorisation.
"""

import numpy as np

from learnkit.shapes import Hole, Image, check_hole, check_image


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
    check_image(image)
    check_hole(hole, image)
    known = ~hole
    if not known.any():
        raise ValueError("the hole covers every pixel: a fill needs a known pixel to start from")
    fill = image.copy()
    if not hole.any():
        return fill
    from scipy.sparse.linalg import splu

    rows = _laplacian(*hole.shape)[hole.ravel()]  # (u, h w)
    x_k = image[known].reshape(int(known.sum()), -1).astype(np.float64)  # (k, channels)
    system = splu(
        rows[:, hole.ravel()].tocsc(),
        permc_spec="MMD_AT_PLUS_A",  # the system is symmetric and positive definite:
        diag_pivot_thresh=0,  # no pivoting, which would fill the factors
        options={"SymmetricMode": True},
    )
    x_u = system.solve(-(rows[:, known.ravel()] @ x_k))
    # a mean of known values lies between them; rounding alone may step beyond, and out of [0, 1]
    x_u = x_u.clip(x_k.min(axis=0), x_k.max(axis=0))
    fill[hole] = x_u.reshape(fill[hole].shape)
    return fill


def _laplacian(h: int, w: int):
    """L (h w, h w), sparse: the degree of each pixel on the diagonal, -1 for each neighbour."""
    from scipy.sparse import diags_array, kronsum

    def of_a_line(n: int):  # the same in one dimension; an end has one neighbour
        degree = np.full(n, 2.0)
        degree[0] -= 1
        degree[-1] -= 1
        side = np.full(n - 1, -1.0)
        return diags_array([side, degree, side], offsets=[-1, 0, 1])

    return kronsum(of_a_line(w), of_a_line(h), format="csr")
