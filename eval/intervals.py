"""Confidence intervals."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np


def wilson(successes: int, n: int, z: float = 1.96) -> tuple[float, float]:
    """The Wilson score interval for a share (Wilson, JASA 1927), 95 % by default; (0, 1) for no trials."""
    if n == 0:
        return 0.0, 1.0
    share = successes / n
    middle = share + z * z / (2 * n)
    spread = z * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    return max(0.0, (middle - spread) / (1 + z * z / n)), min(1.0, (middle + spread) / (1 + z * z / n))


def bootstrap(
    clusters: Sequence[Sequence[float]],
    summarise: Callable[[Sequence[float]], float] | None = None,
    *,
    resamples: int = 1000,
    seed: int = 0,
) -> tuple[float, float]:
    """The percentile bootstrap's 95 % interval (Efron, Annals of Statistics 1979) of the mean, or of `summarise`.

    Whole clusters are drawn, each of at least one value, so that repeats of one case do not pass for new cases.
    """
    draws = np.random.default_rng(seed).integers(len(clusters), size=(resamples, len(clusters)))
    if summarise is None:
        sums = np.array([sum(cluster) for cluster in clusters])
        counts = np.array([len(cluster) for cluster in clusters])
        figures = sums[draws].sum(axis=1) / counts[draws].sum(axis=1)
    else:
        figures = np.array([summarise([value for n in draw for value in clusters[n]]) for draw in draws])
    low, high = np.percentile(figures, [2.5, 97.5])
    return float(low), float(high)
