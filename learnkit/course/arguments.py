"""What may stand on the command line: each kind is read here, or refused in one sentence."""

import argparse


def names(text: str) -> list[str]:
    """Names with commas between them; none at all is an error of the command line."""
    found = [name.strip() for name in text.split(",") if name.strip()]
    if not found:
        raise argparse.ArgumentTypeError(f"{text!r} names nothing; write for example a,b")
    return found


def points(text: str) -> dict[str, float]:
    """NAME=NUMBER with commas between them."""
    pairs = dict(one.partition("=")[::2] for one in names(text))
    try:
        return {name.strip(): float(number) for name, number in pairs.items()}
    except ValueError:
        problem = f"{text!r} gives no points: write for example psnr=3,question=5"
        raise argparse.ArgumentTypeError(problem) from None


def lesson_number(text: str) -> int:
    """A lesson by its number, also as 01, or by its name."""
    number = text.partition("_")[0]
    if not (number.isascii() and number.isdigit()):
        raise argparse.ArgumentTypeError(f"{text!r} is no lesson; give its number, for example 1")
    return int(number)


def count(text: str, of: str = "steps") -> int:
    """A number from 1 on; anything else is an error of the command line."""
    if not (text.isascii() and text.isdigit() and int(text) >= 1):
        raise argparse.ArgumentTypeError(f"{text!r} is no number of {of}; give 1 or more")
    return int(text)


def port_number(text: str) -> int:
    """A port from 1 to 65535; anything else is an error of the command line."""
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= 65535):
        raise argparse.ArgumentTypeError(f"{text!r} is no port; give a number from 1 to 65535")
    return int(text)
