"""How far a training goes, over which batches, and when it is kept: the options that all share."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class Run:
    """`steps` steps over batches of `batch_size` pictures, in the order that `seed` shuffles.

    Its checkpoint is written to `path` after every `every` steps or so many `seconds` (0 is never),
    at the end, and where the training is stopped; with `resume` the training at `path` goes on, or
    begins where there is none yet.
    Raises ValueError for counts that cannot be, or a checkpoint that is wanted nowhere.

    >>> Run(steps=100, batch_size=64).seed
    0
    """

    steps: int
    batch_size: int
    seed: int = 0
    path: Path | None = None
    every: int = 0
    seconds: float = 0.0
    resume: bool = False

    @property
    def checkpoint(self) -> Path:
        """The file that it is kept in. Raises ValueError where it is kept nowhere."""
        if self.path is None:
            raise ValueError("this training is kept nowhere: say where, path=...")
        return self.path

    def __post_init__(self) -> None:
        """Checks what can be checked without a data set."""
        if self.steps < 1 or self.every < 0:
            raise ValueError(
                f"steps must be at least 1 and every 0, got {self.steps} and {self.every}"
            )
        if self.path is None and (self.every or self.seconds or self.resume):
            raise ValueError("to write or resume a checkpoint, say where: path=...")
