"""The linear fill as a layer: the best guess of a hole that sums of known pixels can make.

If garments were drawn from a Gaussian N(m, C), the mean of the hole u given the known pixels k is

    x̂_u = m_u + C_uk (C_kk + j I)⁻¹ (x_k - m_k)

and no linear fill has a smaller squared error, whatever garments really are. With the precision
P = (C + j I)⁻¹ the same mean is m_u - P_uu⁻¹ P_uk (x_k - m_k): a system as large as the hole, and
the smaller of the two is solved. P_uu⁻¹ is the covariance that is left: what the hole still hides.
"""

import torch
from torch import nn

from learnkit.models.filling import check_holes, check_pictures_of, composite


class LinearFill(nn.Module):
    """Grey pictures (n, 1, h, w) with the hole filled by the Gaussian conditional mean."""

    def __init__(self, height: int = 28, width: int = 28, *, jitter: float = 1e-3) -> None:
        """A Gaussian of zero mean and no spread, until `fit` or stored weights fill it in."""
        super().__init__()
        pixels = height * width
        self.height, self.width, self.jitter = height, width, jitter
        self.register_buffer("mean", torch.zeros(pixels))
        # the lower triangle of L, C = L Lᵀ: rounded to half precision it still makes a covariance
        self.register_buffer("triangle", torch.zeros(pixels * (pixels + 1) // 2))
        self._solved: dict[str, torch.Tensor] = {}

    @torch.no_grad()
    def fit(self, images: torch.Tensor) -> "LinearFill":
        """Mean and covariance of training pictures (n, 1, h, w); returns itself."""
        x = images.flatten(1).double()
        centred = x - x.mean(dim=0)
        cov = centred.T @ centred / len(x)
        cov.diagonal().add_(1e-7)  # pixels that are always black: Cholesky wants more than 0
        lower = torch.linalg.cholesky(cov)
        rows, columns = torch.tril_indices(*lower.shape, device=lower.device)
        self.mean.copy_(x.mean(dim=0))
        self.triangle.copy_(lower[rows, columns])
        self._solved.clear()
        return self

    def forward(self, images: torch.Tensor, hole: torch.Tensor) -> torch.Tensor:
        """The fill, clipped to [0, 1]; where all pixels are missing, the mean picture.

        Pictures that share a hole share one factorisation: give them together.
        Raises as `check_holes` does, and ValueError where the pictures have another size than the
        Gaussian.
        """
        hole = check_holes(images, hole)
        check_pictures_of(images, (1, self.height, self.width))
        fill = images.flatten(1).float().clone()
        with torch.autocast(images.device.type, enabled=False):  # a solve needs all its digits
            for pattern, rows in _by_hole(hole):
                fill[rows] = self._filled(fill[rows], pattern)
        return composite(fill.clamp(0, 1).reshape(images.shape), images, hole)

    fill = forward

    @torch.no_grad()
    def left(self, pattern: torch.Tensor) -> torch.Tensor:
        """The mean squared error that the Gaussian expects of the fill of one hole (h w,)."""
        P = self._moments()["precision"]
        lower = torch.linalg.cholesky(P[pattern][:, pattern])
        # tr(P_uu⁻¹) = |L⁻¹|²; the jitter is noise of its own, and no error of the fill
        inverse = torch.linalg.solve_triangular(lower, torch.eye(len(lower)).to(P), upper=False)
        return inverse.square().sum() / len(lower) - self.jitter

    def _filled(self, x: torch.Tensor, u: torch.Tensor) -> torch.Tensor:
        """Pictures (n, h w) that share the hole u (h w,)."""
        gaussian, k, off = self._moments(), ~u, x - self.mean
        if 2 * int(u.sum()) <= len(u):
            P = gaussian["precision"]
            lower = torch.linalg.cholesky(P[u][:, u])
            guess = -torch.cholesky_solve(P[u][:, k] @ off[:, k].T, lower).T
        else:
            C = gaussian["covariance"]
            lower = torch.linalg.cholesky(C[k][:, k])
            guess = (C[u][:, k] @ torch.cholesky_solve(off[:, k].T, lower)).T
        x[:, u] = self.mean[u] + guess
        return x

    def _moments(self) -> dict[str, torch.Tensor]:
        """C + j I and its inverse, made once from the stored triangle."""
        if not self._solved or self._solved["covariance"].device != self.mean.device:
            pixels = self.height * self.width
            lower = torch.zeros(pixels, pixels, dtype=torch.float64, device=self.mean.device)
            rows, columns = torch.tril_indices(pixels, pixels, device=self.mean.device)
            lower[rows, columns] = self.triangle.double()
            cov = lower @ lower.T + self.jitter * torch.eye(pixels).to(lower)
            precision = torch.cholesky_inverse(torch.linalg.cholesky(cov))
            self._solved = {"covariance": cov.float(), "precision": precision.float()}
        return self._solved

    def _load_from_state_dict(self, *args: object, **options: object) -> None:
        self._solved.clear()  # they were of the old weights
        super()._load_from_state_dict(*args, **options)


def _by_hole(hole: torch.Tensor) -> list[tuple[torch.Tensor, torch.Tensor]]:
    """Each hole that occurs, (h w,), and which pictures have it."""
    patterns, which = torch.unique(hole.flatten(1), dim=0, return_inverse=True)
    return [(pattern, (which == i).nonzero()[:, 0]) for i, pattern in enumerate(patterns)]
