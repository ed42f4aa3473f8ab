"""`python -m learnkit`, for any Python: an old one gets a sentence, not a SyntaxError.

Written so that Python 2.7 can read it; everything newer is behind the import.
"""

import sys

if sys.version_info < (3, 11):  # noqa: UP036  pip refuses an old Python, `python -m` does not
    sys.exit(
        "learnkit needs Python 3.11 or newer, and this is %d.%d; "  # noqa: UP031
        "get one from python.org, then: make lab" % sys.version_info[:2]
    )

if __name__ == "__main__":
    import os

    # `python -m` looks first where one stands: a student's own torch.py there must not be found.
    if not sys.flags.safe_path and sys.path[0] != os.path.dirname(os.path.dirname(__file__)):
        del sys.path[0]
    from learnkit.course.cli import main

    sys.exit(main())
