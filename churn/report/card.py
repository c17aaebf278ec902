"""The model card: all that is known of a score's worth as one HTML file that loads nothing and runs nothing."""

import html
from collections.abc import Iterable
from pathlib import Path

from churn import wording
from churn.report import pictures
from churn.report.figures import Fact
from churn.report.trust import Trust, learned_from, rules, trust_of
from churn.risk.curves import curve_of, typical_risk
from churn.risk.scorecard import Scorecard
from churn.wording import _, plural

MOST_CURVES = 24

_STYLE = Path(__file__).with_name("card.css")


def card_html(card: Scorecard) -> str:
    """The whole page. The same model always gives the same text."""
    told = trust_of(card)
    title = _("Can the score be trusted?")
    signal = card.evaluation.has_signal
    body = [
        f"<h1>{_safe(title)}</h1>",
        _said(learned_from(card), "soft"),
        _said(told.put_back, "warning"),
        _grade(told),
        f'<div class="row">{"".join(map(_fact, told.facts))}</div>',
        _section(_("Compared with what?"), _compared(told), _said(told.deeper)),
        _pictures(card) if signal else "",
        _drivers(card) if signal else "",
        _section(
            _("What was left out"),
            _table([_("Column"), _("Why")], told.left_out) if told.left_out else _said(_("No column was left out.")),
        ),
        _section(_("What it does not know"), _listed(told.limits)),
        _section(_("When to train again"), _said(told.retrain)),
        _section(_("All measures"), _table([_("Measure"), _("Value, 95% interval"), _("What it is")], map(_cells, told.more))),
        _section(_("How grades are given"), _table([_("Grade"), _("The score is")], rules())),
    ]
    lines = "\n".join(filter(None, body))
    return (
        f'<!doctype html>\n<html lang="{wording.LOCALE}"><head><meta charset="utf-8">'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{_safe(title)}</title><style>{_STYLE.read_text('utf-8')}</style></head>\n<body><main>\n{lines}\n</main></body></html>\n"
    )


def _grade(told: Trust) -> str:
    said = f"<strong>{_safe(told.verdict)}</strong>{_said(told.advice)}{_said(told.measured_on, 'soft')}"
    return f'<div class="grade"><b>{told.grade}</b><div>{said}</div></div>'


def _compared(told: Trust) -> str:
    heads = [_("What"), _("Ranks right"), _("Error (log-loss; less is better)")]
    return _table(heads, [(peer.name, peer.ranks_right, peer.log_loss) for peer in told.peers])


def _pictures(card: Scorecard) -> str:
    found = card.evaluation
    right = _("Is the risk right? Customers in ten groups by risk; the lines are 95% intervals.")
    caught = _("Whom does a list catch? All customers, riskiest first.")
    return _section(
        _("Right, and of use?"),
        f'<div class="row curves">{_figure(right, pictures.calibration(found.calibration))}'
        f"{_figure(caught, pictures.lift(found.gains, found.top))}</div>",
    )


def _drivers(card: Scorecard) -> str:
    """The columns by their part in all scores, and the curve of each."""
    total = float(card.importance.sum()) or 1.0
    order = sorted(range(len(card.columns)), key=lambda place: (-card.importance[place], card.columns[place]))
    typical = typical_risk(card)
    drawn = []
    for place in order[:MOST_CURVES]:
        column = card.columns[place]
        share = _("{share} of what moves the scores").format(share=wording.percent(card.importance[place] / total, 0))
        drawn.append(
            f'<figure><h3>{_safe(column)}</h3><figcaption>{_safe(share)}</figcaption><div class="scroll">'
            f"{pictures.curve(curve_of(card, column), column, typical=typical)}</div></figure>"
        )
    rest = len(order) - len(drawn)
    return _section(
        _("What drives it"),
        _said(
            _(
                "The risk of a customer who is typical in all else, by the values of each column, with how far chance may move it (95%) "
                "and the number of customers it rests on. These are associations, not causes."
            )
        ),
        f'<div class="row curves">{"".join(drawn)}</div>',
        _said(plural("{n} column more moves the scores less.", "{n} columns more move the scores less.", rest) if rest else ""),
    )


def _section(title: str, *parts: str) -> str:
    return f"<section><h2>{_safe(title)}</h2>{''.join(parts)}</section>"


def _fact(fact: Fact) -> str:
    return f'<div class="fact">{_safe(fact.label)}<b>{_safe(fact.value)}</b><span class="soft">{_safe(fact.on)}</span></div>'


def _cells(fact: Fact) -> tuple[str, str, str]:
    return fact.label, fact.value, fact.on


def _figure(caption: str, drawn: str) -> str:
    return f"<figure><figcaption>{_safe(caption)}</figcaption>{drawn}</figure>"


def _table(heads: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    head = "".join(f"<th>{_safe(text)}</th>" for text in heads)
    body = "".join(f"<tr>{''.join(f'<td>{_safe(cell)}</td>' for cell in row)}</tr>" for row in rows)
    return f'<div class="scroll"><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'


def _listed(sentences: Iterable[str]) -> str:
    return f"<ul>{''.join(f'<li>{_safe(sentence)}</li>' for sentence in sentences)}</ul>"


def _said(sentence: str, kind: str = "") -> str:
    """A paragraph; "" for none."""
    named = f' class="{kind}"' if kind else ""
    return f"<p{named}>{_safe(sentence)}</p>" if sentence else ""


def _safe(text: str) -> str:
    return html.escape(text)
