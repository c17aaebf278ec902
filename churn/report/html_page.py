"""What the pages that leave the desk are made of: pieces of HTML from plain text, and one style for screen, dark and paper."""

import html
from collections.abc import Iterable
from pathlib import Path

from churn import wording

_STYLE = Path(__file__).with_name("page.css")


def document(title: str, pieces: Iterable[str], *, content: str = "style-src 'unsafe-inline'", style: str = "", script: str = "") -> str:
    """A whole page that loads nothing from anywhere; `content` says what of its own it may use, `script` runs at its end."""
    lines = "\n".join(filter(None, pieces))
    return (
        f'<!doctype html>\n<html lang="{wording.LOCALE}"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; {content}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{safe(title)}</title><style>{_STYLE.read_text('utf-8')}{style}</style></head>\n"
        f"<body><main>\n{lines}\n</main>{script}</body></html>\n"
    )


def section(title: str, *parts: str) -> str:
    """A heading and what stands below it."""
    return f"<section><h2>{safe(title)}</h2>{''.join(parts)}</section>"


def fact(label: str, value: str, on: str, change: str = "") -> str:
    """One figure, what it was computed on, and how it differs from before."""
    moved = f'<span class="change">{safe(change)}</span>' if change else ""
    return f'<div class="fact">{safe(label)}<b>{safe(value)}</b>{moved}<span class="soft">{safe(on)}</span></div>'


def table(heads: Iterable[str], rows: Iterable[Iterable[str]], *, name: str = "") -> str:
    """A table of words that scrolls by itself where it is wide; `name` says what it lists."""
    named = f' aria-label="{safe(name)}"' if name else ""
    head = "".join(f'<th scope="col">{safe(text)}</th>' for text in heads)
    body = "".join(f"<tr>{''.join(f'<td>{safe(cell)}</td>' for cell in row)}</tr>" for row in rows)
    return f'<div class="scroll" tabindex="0"><table{named}><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'


def listed(sentences: Iterable[str]) -> str:
    """A list of sentences."""
    return f"<ul>{''.join(f'<li>{safe(sentence)}</li>' for sentence in sentences)}</ul>"


def said(sentence: str, kind: str = "") -> str:
    """A paragraph; "" for none."""
    named = f' class="{kind}"' if kind else ""
    return f"<p{named}>{safe(sentence)}</p>" if sentence else ""


def safe(text: str) -> str:
    """A text as HTML that shows it letter for letter."""
    return html.escape(text)
