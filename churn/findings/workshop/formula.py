"""A formula, written once: as LaTeX for pages and as MathML for files that load nothing."""

import html
import re
from dataclasses import dataclass
from typing import Self

_LATEX_OF = {"\u00d7": r"\times", "\u2212": "-", "\u2248": r"\approx", "\u2026": r"\cdots"}
_LATEX_SIGNS = {"\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}"}


@dataclass(frozen=True)
class Formula:
    """A part of a formula, or the whole; `mathml` goes inside a math element."""

    latex: str
    mathml: str

    @classmethod
    def of(cls, *parts: "Formula | str | float") -> Self:
        """Parts in a row: a text such as "+", "=" or the sign for times is an operator."""
        made = [part if isinstance(part, Formula) else _operator(str(part)) for part in parts]
        return cls(" ".join(part.latex for part in made), f"<mrow>{''.join(part.mathml for part in made)}</mrow>")


def symbol(letter: str, below: str = "") -> Formula:
    """A letter that stands for a number, with a small one below it.

    >>> symbol("r").latex, symbol("N", "t").latex
    ('r', 'N_{t}')
    """
    if below:
        return Formula(f"{letter}_{{{below}}}", f"<msub><mi>{html.escape(letter)}</mi><mi>{html.escape(below)}</mi></msub>")
    return Formula(letter, f"<mi>{html.escape(letter)}</mi>")


def figure(text: str) -> Formula:
    """A number as people read it.

    >>> figure("1,905").latex, figure("5%").latex
    ('\\\\text{1,905}', '\\\\text{5\\\\%}')
    """
    return Formula(rf"\text{{{in_latex(text)}}}", f"<mn>{html.escape(text)}</mn>")


def fraction(above: Formula, below: Formula) -> Formula:
    """One thing divided by another."""
    full = [f'<mstyle displaystyle="true" scriptlevel="0">{part.mathml}</mstyle>' for part in (above, below)]
    return Formula(rf"\dfrac{{{above.latex}}}{{{below.latex}}}", f"<mfrac>{''.join(full)}</mfrac>")


def power(base: Formula, exponent: Formula) -> Formula:
    """One thing to the power of another."""
    return Formula(f"{{{base.latex}}}^{{{exponent.latex}}}", f"<msup>{base.mathml}{exponent.mathml}</msup>")


def root(inside: Formula) -> Formula:
    """A square root."""
    return Formula(rf"\sqrt{{{inside.latex}}}", f"<msqrt>{inside.mathml}</msqrt>")


def bracket(inside: Formula) -> Formula:
    """Something in brackets."""
    return Formula(rf"\left({inside.latex}\right)", f"<mrow><mo>(</mo>{inside.mathml}<mo>)</mo></mrow>")


def in_latex(text: str) -> str:
    """A text letter for letter within LaTeX's text.

    >>> in_latex("5% of $3")
    '5\\\\% of \\\\$3'
    """
    return re.sub(r"[\\~^]|[#$%&_{}]", lambda found: _LATEX_SIGNS.get(found[0], "\\" + found[0]), text)


def _operator(sign: str) -> Formula:
    return Formula(_LATEX_OF.get(sign, sign), f"<mo>{html.escape(sign)}</mo>")
