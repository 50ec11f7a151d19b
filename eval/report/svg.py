"""The report's plots as inline SVG: no library, no script, nothing fetched. Values are drawn on 0…1 unless said otherwise."""

from __future__ import annotations

import math
from collections.abc import Sequence

from markupsafe import Markup

WIDTH = 260


def interval_bar(value: float, low: float, high: float, *, ok: bool, limits: Sequence[float] = ()) -> Markup:
    """A bar with its interval as a whisker, and a mark for each limit."""
    if math.isnan(value):
        return Markup('<span class="quiet">could not be scored</span>')

    def x(share: float) -> float:
        return round(4 + min(1.0, max(0.0, share)) * (WIDTH - 8), 1)

    marks = "".join(f'<line class="limit" x1="{x(at)}" x2="{x(at)}" y1="1" y2="21"/>' for at in limits)
    return Markup(
        f'<svg class="bar" viewBox="0 0 {WIDTH} 22" width="{WIDTH}" height="22" role="img" '
        f'aria-label="{value:.3f}, between {low:.3f} and {high:.3f}">'
        f'<rect class="ground" x="4" y="5" width="{WIDTH - 8}" height="12"/>'
        f'<rect class="{"good" if ok else "bad"}" x="4" y="5" width="{max(1.0, x(value) - 4)}" height="12"/>'
        f'<path class="whisker" d="M{x(low)} 11H{x(high)}M{x(low)} 7V15M{x(high)} 7V15"/>{marks}</svg>'
    )


def histogram(values: Sequence[float], *, unit: str = "ms") -> Markup:
    """How many replies took how long; each column is twice as long as the one before it."""
    if not values:
        return Markup("")
    first = math.floor(math.log2(max(1.0, min(values))))
    last = math.floor(math.log2(max(1.0, max(values))))
    counts = [0] * (last - first + 1)
    for value in values:
        counts[math.floor(math.log2(max(1.0, value))) - first] += 1
    wide, high, most = 62, 150, max(counts)
    columns = []
    for n, count in enumerate(counts):
        tall = round(count / most * high, 1)
        middle = n * wide + wide / 2
        columns.append(
            f'<rect class="good" x="{n * wide + 4}" y="{20 + high - tall}" width="{wide - 8}" height="{tall}"/>'
            f'<text x="{middle}" y="{15 + high - tall}">{count}</text>'
            f'<text class="quiet" x="{middle}" y="{high + 36}">{_time(2 ** (first + n), unit)}</text>'
        )
    size = f'viewBox="0 0 {len(counts) * wide} {high + 44}" width="{len(counts) * wide}" height="{high + 44}"'
    return Markup(f'<svg class="plot" {size} role="img" aria-label="how long replies took">{"".join(columns)}</svg>')


def calibration(pairs: Sequence[tuple[float, bool]], bins: int = 5) -> Markup:
    """Estimated probability against what was so: a dot a bin, as large as the bin is full; on the line is perfect."""
    if not pairs:
        return Markup("")
    side, edge, top = 260, 34, 18
    dots = []
    for inside in _bins(pairs, bins):
        if inside:
            p = sum(p for p, _ in inside) / len(inside)
            share = sum(yes for _, yes in inside) / len(inside)
            radius = round(4 + 10 * math.sqrt(len(inside) / len(pairs)), 1)
            dots.append(
                f'<circle class="dot" cx="{edge + p * side:.1f}" cy="{top + (1 - share) * side:.1f}" r="{radius}"/>'
                f'<text x="{edge + p * side:.1f}" y="{top + 4 + (1 - share) * side:.1f}">{len(inside)}</text>'
            )
    ticks = "".join(
        f'<text class="quiet" x="{edge + at * side}" y="{side + top + 18}">{at:.0%}</text>'
        f'<text class="quiet" x="{edge - 18}" y="{top + 4 + (1 - at) * side}">{at:.0%}</text>'
        for at in (0, 0.5, 1)
    )
    return Markup(
        f'<svg class="plot" viewBox="0 0 {side + edge + 24} {side + top + 26}" width="{side + edge + 24}" height="{side + top + 26}" '
        f'role="img" aria-label="estimated probability against what was so">'
        f'<rect class="frame" x="{edge}" y="{top}" width="{side}" height="{side}"/>'
        f'<line class="limit" x1="{edge}" y1="{side + top}" x2="{side + edge}" y2="{top}"/>{"".join(dots)}{ticks}</svg>'
    )


def calibration_error(pairs: Sequence[tuple[float, bool]], bins: int = 10) -> float:
    """Expected calibration error with equal-width bins, 0 is perfect (Guo et al., ICML 2017)."""
    error = sum(abs(sum(p for p, _ in inside) - sum(yes for _, yes in inside)) for inside in _bins(pairs, bins))
    return error / len(pairs) if pairs else math.nan


def _bins(pairs: Sequence[tuple[float, bool]], bins: int) -> list[list[tuple[float, bool]]]:
    """The pairs by equal widths of probability; 1 belongs to the last."""
    return [[(p, yes) for p, yes in pairs if min(bins - 1, int(p * bins)) == n] for n in range(bins)]


def _time(value: float, unit: str) -> str:
    return f"{value / 1000:.1f} s+" if unit == "ms" and value >= 1000 else f"{value:g} {unit}+"
