"""`learnkit sweep`: an experiment of many short trainings, each kept as soon as it is done."""

import sys
from pathlib import Path

from learnkit import threads


def sweep(name: str, folder: Path) -> int:
    """Does what the file in `folder` lacks; Ctrl-C loses the training that it interrupts alone."""
    from tqdm import tqdm

    threads.hand_down(threads.for_a_training())  # before torch, which reads them once
    from learnkit.sweeps.base import find, run

    asked = find(name)
    print(asked.what, flush=True)
    whole, left = len(asked.todo([])), len(asked.todo(asked.done(folder)))
    with tqdm(total=whole, initial=whole - left, unit="training") as bar:
        try:
            for row in run(asked, folder):
                bar.update()
                bar.set_postfix_str(", ".join(f"{k} {v}" for k, v in row.items()))
        except KeyboardInterrupt:
            print(f"{bar.n} of {whole} are done; the same command goes on", file=sys.stderr)
            raise
    print(f"written: {folder / name}.json")
    return 0
