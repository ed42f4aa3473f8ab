"""The roofline: what bounds an operation, the arithmetic or the memory.

An operation of W floating-point operations that moves Q bytes has the intensity I = W / Q. A
machine that computes at most π of them a second and moves at most β bytes a second does at best

    min(π, β I)   operations a second:

a slanted roof that meets a flat one at I = π / β, the ridge. Left of it the memory bounds, right of
it the arithmetic. Source: Williams, Waterman and Patterson (2009), Roofline.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Ceilings:
    """What a machine does at most: operations a second (π) and bytes a second (β)."""

    peak: float
    bandwidth: float

    @property
    def ridge(self) -> float:
        """The intensity at which both bound alike: operations a byte.

        >>> Ceilings(peak=100.0, bandwidth=10.0).ridge
        10.0
        """
        return self.peak / self.bandwidth

    def attainable(self, intensity: float) -> float:
        """min(π, β I): operations a second at best.

        >>> Ceilings(peak=100.0, bandwidth=10.0).attainable(2.0)
        20.0
        """
        return min(self.peak, self.bandwidth * intensity)


@dataclass(frozen=True)
class Work:
    """What an operation asks: floating-point operations (W) and bytes (Q)."""

    flops: int = 0
    bytes: int = 0

    @property
    def intensity(self) -> float:
        """W / Q, operations a byte. Raises ZeroDivisionError where nothing is moved."""
        return self.flops / self.bytes

    def __add__(self, other: "Work") -> "Work":
        """Both, one after the other."""
        return Work(self.flops + other.flops, self.bytes + other.bytes)
