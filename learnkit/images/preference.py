"""How sure a share of answers is: of so many people asked, how many preferred the one picture.

In a two-alternative test a person sees two pictures and chooses one. Whoever cannot tell chooses
the right one half of the time, so the share is worth nothing without the interval around it.
"""

from statistics import NormalDist

from learnkit.shapes import check_at_least


def preference_interval(wins: int, trials: int, confidence: float = 0.95) -> tuple[float, float]:
    """Wilson's interval of a share: (low, high), both in [0, 1]; (0, 1) where nobody was asked.

    It holds the shares p that lie within z standard errors √(p(1 - p)/n) of wins/n. Unlike p̂ ± z
    standard errors of p̂ itself (Wald's) it stays inside [0, 1], and is no point at 0 or n wins.
    Raises ValueError unless 0 <= wins <= trials and 0 < confidence < 1.
    Source: Wilson (1927), Probable inference, the law of succession, and statistical inference.

    >>> low, high = preference_interval(8, 10)
    >>> round(low, 3), round(high, 3)
    (0.49, 0.943)
    """
    check_at_least(0, wins=wins, trials=trials)
    if wins > trials:
        raise ValueError(f"wins must not be more than trials, got {wins} of {trials}")
    if not 0 < confidence < 1:
        cure = f"; {confidence} % is {confidence / 100}" if 1 < confidence < 100 else ""
        raise ValueError(f"confidence must lie between 0 and 1, got {confidence}{cure}")
    if trials == 0:
        return 0.0, 1.0
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    share, stretch = wins / trials, 1 + z * z / trials
    middle = (share + z * z / (2 * trials)) / stretch
    half = z * (share * (1 - share) / trials + z * z / (4 * trials**2)) ** 0.5 / stretch
    low = middle - half if wins > 0 else 0.0  # exactly, whatever rounding says
    return low, middle + half if wins < trials else 1.0
