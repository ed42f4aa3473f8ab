"""The linear fill as a layer: the best linear prediction of the hole from the known pixels.

If garments were drawn from a Gaussian N(m, C), the mean of the hole u given the known pixels k is

    x̂_u = m_u + C_uk (C_kk + j I)⁻¹ (x_k - m_k)

and no linear fill has a smaller squared error, whatever garments really are. With the precision
P = (C + j I)⁻¹ the same mean is m_u - P_uu⁻¹ P_uk (x_k - m_k): a system as large as the hole, and
the smaller of the two is solved. P_uu⁻¹ is the covariance that is left: what the hole still hides.

On a GPU systems of many sizes would make the host wait for each, so all of them are solved at once
there, by one factorisation of u P u + (1 - u) for every hole: P_uu in the hole, 1 outside.
"""

import contextlib
from collections.abc import Iterator

import torch
from jaxtyping import Bool, Float
from torch import Tensor, nn

from learnkit.models.masked import check_holes, check_pictures_of, composite, nothing_known
from learnkit.tensors import Grey, Hole, Labels, Latents, Rows, Scalar

PART = 32  # pictures that a GPU fills together: 80 MB of factors where they are of 28 x 28


class LinearFill(nn.Module):
    """Grey pictures (n, 1, h, w) with the hole filled by the Gaussian conditional mean."""

    mean: Tensor
    triangle: Tensor

    def __init__(self, height: int = 28, width: int = 28, *, jitter: float = 1e-3) -> None:
        """A Gaussian of zero mean and no spread, until `fit` or stored weights fill it in."""
        super().__init__()
        pixels = height * width
        self.height, self.width, self.jitter = height, width, jitter
        self.register_buffer("mean", torch.zeros(pixels, dtype=torch.float32))
        # the lower triangle of L, C = L Lᵀ: rounded to half precision it still makes a covariance
        triangle = torch.zeros(pixels * (pixels + 1) // 2, dtype=torch.float32)
        self.register_buffer("triangle", triangle)
        self._solved: dict[str, Float[Tensor, "p p"]] = {}

    @torch.no_grad()
    def fit(self, images: Grey) -> "LinearFill":
        """Mean and covariance of training pictures (n, 1, h, w), on the CPU; returns itself."""
        x = images.flatten(1).cpu().double()  # a Mac's GPU has no double precision
        centred = x - x.mean(dim=0)
        cov = centred.T @ centred / len(x)
        cov.diagonal().add_(1e-7)  # pixels that are always black: Cholesky wants more than 0
        lower = torch.linalg.cholesky(cov)
        rows, columns = torch.tril_indices(*lower.shape, device=lower.device)
        self.mean.copy_(x.mean(dim=0))
        self.triangle.copy_(lower[rows, columns])
        self._solved.clear()
        return self

    def forward(self, images: Grey, hole: Hole) -> Grey:
        """The fill, clipped to [0, 1]; where all pixels are missing, the mean picture.

        Pictures that share a hole share one factorisation: give them together.
        Raises as `check_holes` does, and ValueError where the pictures have another size than the
        Gaussian.
        """
        return self.paint(images, check_holes(images, hole))

    fill = forward

    def paint(self, images: Grey, hole: Hole) -> Grey:
        """The same of pictures and holes that are checked."""
        check_pictures_of(images, (1, self.height, self.width))
        alone = images.device.type == "cpu" or hole.stride(0) == 0  # one hole for all pictures
        part = max(1, len(images)) if alone else PART
        filled = []
        for x, u in zip(images.split(part), hole.split(part), strict=True):
            holes, which = _distinct(u)
            filled.append(self.solve(holes).fill(x, which))
        return torch.cat(filled)

    def nothing(self, count: int) -> tuple[Grey, Hole]:
        """`count` pictures of which nothing is known, and the one hole that says so."""
        return nothing_known(count, (1, self.height, self.width), self.mean)

    def solve(self, holes: Bool[Tensor, "m ..."], *, batched: bool | None = None) -> "Factorised":
        """What is factorised for holes (m, 1, h, w) or (m, h w): for fills, and their errors.

        `batched` solves all of them at once, as is quicker on a GPU and the default there; one by
        one is quicker on a CPU. Both are the same but for rounding.
        """
        if batched is None:
            batched = holes.device.type != "cpu"
        kind = InOneBatch if batched else OneByOne
        with torch.no_grad(), _full_precision(holes.device):
            return kind(self, holes.flatten(1))

    def expected_mse(self, pattern: Bool[Tensor, " pixels"]) -> Scalar:
        """The mean squared error that the Gaussian expects of the fill of one hole (h w,)."""
        return self.solve(pattern[None]).expected_mse()[0]

    def _covariance_and_precision(self) -> dict[str, Float[Tensor, "p p"]]:
        """C + j I and its inverse, made once from the stored triangle."""
        if not self._solved or self._solved["covariance"].device != self.mean.device:
            pixels = self.height * self.width
            lower = torch.zeros(pixels, pixels, dtype=torch.float64, device="cpu")
            rows, columns = torch.tril_indices(pixels, pixels, device="cpu")
            lower[rows, columns] = self.triangle.cpu().double()
            one = torch.eye(pixels, dtype=torch.float64, device="cpu")
            cov = lower @ lower.T + self.jitter * one
            precision = torch.cholesky_inverse(torch.linalg.cholesky(cov))
            moments = {"covariance": cov, "precision": precision}
            self._solved = {name: m.float().to(self.mean.device) for name, m in moments.items()}
        return self._solved

    def _load_from_state_dict(self, *args: object, **options: object) -> None:
        self._solved.clear()  # they were of the old weights
        super()._load_from_state_dict(*args, **options)


class Factorised:
    """The linear fill of some holes, each factorised once: what is the same for all pictures."""

    def __init__(self, linear: LinearFill, holes: Bool[Tensor, "m pixels"]) -> None:
        """`holes` are (m, h w)."""
        self.mean, self.jitter, self.holes = linear.mean, linear.jitter, holes

    def fill(self, images: Grey, which: Labels) -> Grey:
        """Pictures (n, 1, h, w) filled, in [0, 1]; picture i has the hole `which`[i]."""
        hole = self.holes[which].reshape(images.shape)
        with _full_precision(images.device):
            fill = self.conditional_mean(images.flatten(1).float(), which)
        return composite(fill.clamp(0, 1).reshape(images.shape), images, hole)

    def conditional_mean(self, x: Latents, which: Labels) -> Latents:
        """x (n, h w) with x̂_u in its holes, not clipped."""
        raise NotImplementedError

    def expected_mse(self) -> Rows:
        """The mean squared error that the Gaussian expects of the fill of each hole, (m,)."""
        raise NotImplementedError


class OneByOne(Factorised):
    """A system as small as can be for each hole: the quickest on a CPU."""

    def __init__(self, linear: LinearFill, holes: Bool[Tensor, "m pixels"]) -> None:
        """Each is factorised when it is first needed."""
        super().__init__(linear, holes)
        self.gaussian = linear._covariance_and_precision()
        self.lower: dict[tuple[str, int], Float[Tensor, "_ _"]] = {}

    def conditional_mean(self, x: Latents, which: Labels) -> Latents:
        """x (n, h w) with x̂_u in its holes, not clipped."""
        x = x.clone()
        for i in range(len(self.holes)):
            rows = (which == i).nonzero()[:, 0]
            x[rows] = self._filled(x[rows], i)
        return x

    @torch.no_grad()
    def expected_mse(self) -> Rows:
        """The mean squared error that the Gaussian expects of the fill of each hole, (m,)."""
        found = []
        with _full_precision(self.holes.device):
            for i in range(len(self.holes)):
                lower = self._lower("precision", i)
                # tr(P_uu⁻¹) = |L⁻¹|²; the jitter is noise of its own, and no error of the fill
                one = torch.eye(len(lower), dtype=lower.dtype, device=lower.device)
                inverse = torch.linalg.solve_triangular(lower, one, upper=False)
                found.append(inverse.square().sum() / len(lower) - self.jitter)
        return torch.stack(found)

    def _filled(self, x: Latents, i: int) -> Latents:
        """Pictures (n, h w) that share the hole i."""
        u = self.holes[i]
        off = torch.where(u, 0, x - self.mean)
        if 2 * int(u.sum()) <= len(u):
            push = (off @ self.gaussian["precision"])[:, u]
            guess = -torch.cholesky_solve(push.T, self._lower("precision", i)).T
        else:
            off[:, ~u] = torch.cholesky_solve(off[:, ~u].T, self._lower("covariance", i)).T
            guess = (off @ self.gaussian["covariance"])[:, u]
        x[:, u] = self.mean[u] + guess
        return x

    def _lower(self, what: str, i: int) -> Float[Tensor, "k k"]:
        """L of P_uu or of C_kk."""
        if (what, i) not in self.lower:
            place = (self.holes[i] if what == "precision" else ~self.holes[i]).nonzero()[:, 0]
            block = self.gaussian[what].index_select(0, place).index_select(1, place)
            self.lower[what, i] = torch.linalg.cholesky(block)
        return self.lower[what, i]


class InOneBatch(Factorised):
    """All holes in one batch of systems of one size, which a GPU is never waited for."""

    def __init__(self, linear: LinearFill, holes: Bool[Tensor, "m pixels"]) -> None:
        """Factorises all of them."""
        super().__init__(linear, holes)
        self.precision, u = (
            linear._covariance_and_precision()["precision"],
            holes.to(linear.mean.dtype),
        )
        system = u[:, :, None] * self.precision * u[:, None, :] + torch.diag_embed(1 - u)
        self.lower, _ = torch.linalg.cholesky_ex(system)  # the other one asks the GPU how it went

    def conditional_mean(self, x: Latents, which: Labels) -> Latents:
        """x (n, h w) with x̂_u in its holes, not clipped."""
        u = self.holes[which]
        push = torch.where(u, 0, x - self.mean) @ self.precision  # (n, h w)
        # every hole for every picture, since it takes no time beside the factorisation
        right = torch.where(self.holes[:, :, None], -push.T, 0)  # (m, h w, n)
        half = torch.linalg.solve_triangular(self.lower, right, upper=False)
        guess = torch.linalg.solve_triangular(self.lower.mT, half, upper=True)
        each = guess[which, :, torch.arange(len(x), device=x.device)]
        return torch.where(u, self.mean + each, x)

    @torch.no_grad()
    def expected_mse(self) -> Rows:
        """The mean squared error that the Gaussian expects of the fill of each hole, (m,)."""
        u = self.holes.to(self.lower.dtype)
        with _full_precision(self.holes.device):
            inverse = torch.linalg.solve_triangular(self.lower, torch.diag_embed(u), upper=False)
        return inverse.square().sum(dim=(1, 2)) / u.sum(dim=1) - self.jitter


@contextlib.contextmanager
def _full_precision(device: torch.device) -> Iterator[None]:
    """A solve needs all its digits: neither bfloat16 nor a GPU's TensorFloat-32."""
    before = torch.get_float32_matmul_precision()
    torch.set_float32_matmul_precision("highest")
    try:
        with torch.autocast(device.type, enabled=False):
            yield
    finally:
        torch.set_float32_matmul_precision(before)


def _distinct(hole: Bool[Tensor, "n 1 h w"]) -> tuple[Bool[Tensor, "_ 1 h w"], Labels]:
    """Each hole that occurs in (n, 1, h, w), and which of them every picture has, int64 (n,)."""
    if hole.stride(0) == 0:  # one for all pictures
        return hole[:1], torch.zeros(len(hole), dtype=torch.int64, device=hole.device)
    # sorted on the CPU: a GPU would be waited for as well, and old Macs cannot
    some, which = torch.unique(hole.flatten(1).cpu(), dim=0, return_inverse=True)
    return some.reshape(-1, *hole.shape[1:]).to(hole.device), which.to(hole.device)
