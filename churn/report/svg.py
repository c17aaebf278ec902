"""Pictures as SVG text that stands inside an HTML page: no script, no font, colours from the page's style sheet."""

import html
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from churn import wording
from churn.charts.look import share_marks

WIDTH, HEIGHT = 460, 320
LEFT, RIGHT, TOP, BOTTOM = 46, 22, 30, 44

Point = tuple[float, float]


@dataclass(frozen=True)
class Area:
    """Where values from `low` to `high` along x, and shares from 0 to `top` up y, land in a picture; `foot` is kept free below."""

    low: float
    high: float
    top: float
    foot: float = 0.0

    def x(self, value: float) -> float:
        """Pixels from the left."""
        return LEFT + (value - self.low) / (self.high - self.low) * (WIDTH - LEFT - RIGHT)

    def y(self, share: float) -> float:
        """Pixels from the top."""
        return self.base - share / self.top * (self.base - TOP)

    @property
    def base(self) -> float:
        """Where share 0 lies."""
        return HEIGHT - BOTTOM - self.foot

    def line(self, points: Iterable[Point], kind: str) -> str:
        """A line through the points, of a class of the style sheet."""
        return f'<polyline class="{kind}" points="{self._path(points)}"/>'

    def fill(self, points: Iterable[Point], kind: str) -> str:
        """The ground that the points surround."""
        return f'<polygon class="{kind}" points="{self._path(points)}"/>'

    def dot(self, x: float, y: float, kind: str, *, low: float | None = None, high: float | None = None) -> str:
        """A point, with its interval where there is one."""
        at = self.x(x)
        reach = ""
        if low is not None and high is not None:
            reach = f'<line class="reach" x1="{at:.1f}" x2="{at:.1f}" y1="{self.y(low):.1f}" y2="{self.y(high):.1f}"/>'
        return f'{reach}<circle class="{kind}" cx="{at:.1f}" cy="{self.y(y):.1f}" r="4.5"/>'

    def words(self, x: float, y: float, text: str, *, anchor: str = "start", shift: tuple[float, float] = (0, 0)) -> str:
        """Words at a point, moved by `shift` pixels."""
        return words(self.x(x) + shift[0], self.y(y) + shift[1], text, anchor=anchor)

    def share_axis(self, title: str) -> list[str]:
        """The marks of y, and what y is."""
        marks = [
            f'<line class="grid" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{self.y(mark):.1f}" y2="{self.y(mark):.1f}"/>'
            + words(LEFT - 6, self.y(mark) + 4, wording.percent(mark, 0), anchor="end")
            for mark in share_marks(self.top)
        ]
        return [*marks, words(4, 12, title)]

    def marks(self, at: Sequence[tuple[float, str]], title: str) -> list[str]:
        """The marks of x, and what x is."""
        below = HEIGHT - BOTTOM
        return [
            *(words(self.x(value), below + 17, text, anchor="middle") for value, text in at),
            words(WIDTH - 4, HEIGHT - 6, title, anchor="end"),
        ]

    def _path(self, points: Iterable[Point]) -> str:
        return " ".join(f"{self.x(x):.1f},{self.y(y):.1f}" for x, y in points)


def words(x: float, y: float, text: str, *, anchor: str = "start") -> str:
    """Words at a place in pixels."""
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{html.escape(text)}</text>'


def picture(parts: Iterable[str], told: str) -> str:
    """A picture, and what it shows in a sentence for those who cannot see it."""
    return f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{html.escape(told)}">{"".join(parts)}</svg>'
