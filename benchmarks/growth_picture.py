"""The figures of benchmarks/growth.py as a picture: seconds by powers of ten against customers, a panel a stage, a line an engine."""

import html
from collections.abc import Sequence
from math import log10
from typing import Protocol

from churn.wording import number

PANELS = (
    "customers by month (at load)", "features (at load)", "signs (at load)", "all measures",
    "load", "learn and score", "snapshot", "all pages",
)  # fmt: skip
NAMES = {"all measures": "all measures, one after the other", "all pages": "all pages, one redraw of each"}
COLOURS = {"DuckDB": "#0b6e99", "pandas": "#b35900", "Spark": "#6b4fa0"}
WIDTH, HEIGHT, ACROSS = 300, 220, 4
LEFT, RIGHT, TOP, BOTTOM = 52, 14, 34, 34
POWERS = range(-2, 5)


class Costly(Protocol):
    """What a stage cost on an engine for so many customers."""

    stage: str
    engine: str
    customers: int
    seconds: float


def picture(costs: Sequence[Costly]) -> str:
    """The picture as SVG text."""
    shown = [stage for stage in PANELS if any(cost.stage == stage for cost in costs)]
    rows = -(-len(shown) // ACROSS)
    size = f'width="{WIDTH * ACROSS}" height="{HEIGHT * rows + 30}" viewBox="0 0 {WIDTH * ACROSS} {HEIGHT * rows + 30}"'
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" {size} font-family="sans-serif" font-size="11" fill="#333">']
    parts.append('<rect width="100%" height="100%" fill="#fff"/>')
    for place, stage in enumerate(shown):
        own = [cost for cost in costs if cost.stage == stage]
        parts.append(f'<g transform="translate({place % ACROSS * WIDTH} {place // ACROSS * HEIGHT})">{panel(stage, own)}</g>')
    for place, (engine, colour) in enumerate(COLOURS.items()):
        at = f'x="{LEFT + place * 110}" y="{HEIGHT * rows + 18}"'
        parts.append(f'<text {at} fill="{colour}" font-weight="bold">{engine}</text>')
    return "\n".join([*parts, "</svg>", ""])


def panel(stage: str, costs: Sequence[Costly]) -> str:
    """One stage."""
    sizes = sorted({cost.customers for cost in costs})
    parts = [f'<text x="{LEFT}" y="18" font-weight="bold">{html.escape(NAMES.get(stage, stage.removesuffix(" (at load)")))}</text>']
    for power in POWERS:
        height = y(10.0**power)
        parts.append(f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{height:.1f}" y2="{height:.1f}" stroke="#e4e4e4"/>')
        parts.append(f'<text x="{LEFT - 6}" y="{height + 4:.1f}" text-anchor="end">{f"{10.0**power:g}"} s</text>')
    parts += [f'<text x="{x(size, sizes):.1f}" y="{HEIGHT - 14}" text-anchor="middle">{number(size)}</text>' for size in sizes]
    for engine, colour in COLOURS.items():
        line = sorted((cost.customers, cost.seconds) for cost in costs if cost.engine == engine)
        points = [(x(customers, sizes), y(seconds)) for customers, seconds in line]
        parts.append(
            f'<polyline fill="none" stroke="{colour}" stroke-width="2" points="{" ".join(f"{a:.1f},{b:.1f}" for a, b in points)}"/>'
        )
        parts += [f'<circle cx="{a:.1f}" cy="{b:.1f}" r="3" fill="{colour}"/>' for a, b in points]
    return "".join(parts)


def x(customers: int, sizes: Sequence[int]) -> float:
    """Where so many customers stand: the sizes at equal steps."""
    room = WIDTH - LEFT - RIGHT - 40
    return LEFT + 20 + room * sizes.index(customers) / max(1, len(sizes) - 1)


def y(seconds: float) -> float:
    """Where so many seconds stand, by powers of ten."""
    share = (log10(max(seconds, 10.0 ** POWERS[0])) - POWERS[0]) / (POWERS[-1] - POWERS[0])
    return HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM)
