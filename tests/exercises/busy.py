"""Processes that keep the machine busy while a test runs."""

import subprocess
import sys
from contextlib import contextmanager


@contextmanager
def busy_processes(count):
    loop = [sys.executable, "-c", "while True: pass"]
    busy = [subprocess.Popen(loop) for _ in range(count)]
    try:
        yield
    finally:
        for process in busy:
            process.kill()
            process.wait()
