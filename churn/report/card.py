"""The model card: all that is known of a score's worth as one HTML file that loads nothing and runs nothing."""

from churn import wording
from churn.report import pictures
from churn.report.figures import Fact
from churn.report.html_page import document, fact, listed, safe, said, section, table
from churn.report.trust import Trust, learned_from, rules, trust_of
from churn.risk.curves import curve_of, typical_risk
from churn.risk.scorecard import Scorecard
from churn.wording import _, plural

MOST_CURVES = 24


def card_html(card: Scorecard) -> str:
    """The whole page. The same model always gives the same text."""
    told = trust_of(card)
    title = _("Can the score be trusted?")
    signal = card.evaluation.has_signal
    body = [
        f"<h1>{safe(title)}</h1>",
        said(learned_from(card), "soft"),
        said(told.put_back, "warning"),
        _grade(told),
        f'<div class="row">{"".join(fact(*_cells(found)) for found in told.facts)}</div>',
        section(_("Compared with what?"), _compared(told), said(told.deeper)),
        _pictures(card) if signal else "",
        _drivers(card) if signal else "",
        section(
            _("What was left out"),
            table([_("Column"), _("Why")], told.left_out) if told.left_out else said(_("No column was left out.")),
        ),
        section(_("What it does not know"), listed(told.limits)),
        section(_("When to train again"), said(told.retrain)),
        section(_("All measures"), table([_("Measure"), _("Value, 95% interval"), _("What it is")], map(_cells, told.more))),
        section(_("How grades are given"), table([_("Grade"), _("The score is")], rules())),
    ]
    return document(title, body)


def _grade(told: Trust) -> str:
    words = f"<strong>{safe(told.verdict)}</strong>{said(told.advice)}{said(told.measured_on, 'soft')}"
    return f'<div class="grade"><b>{told.grade}</b><div>{words}</div></div>'


def _compared(told: Trust) -> str:
    heads = [_("What"), _("Ranks right"), _("Error (log-loss; less is better)")]
    return table(heads, [(peer.name, peer.ranks_right, peer.log_loss) for peer in told.peers])


def _pictures(card: Scorecard) -> str:
    found = card.evaluation
    right = _("Is the risk right? Customers in ten groups by risk; the lines are 95% intervals.")
    caught = _("Whom does a list catch? All customers, riskiest first.")
    return section(
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
            f'<figure><h3>{safe(column)}</h3><figcaption>{safe(share)}</figcaption><div class="scroll">'
            f"{pictures.curve(curve_of(card, column), column, typical=typical)}</div></figure>"
        )
    rest = len(order) - len(drawn)
    return section(
        _("What drives it"),
        said(
            _(
                "The risk of a customer who is typical in all else, by the values of each column, with how far chance may move it (95%) "
                "and the number of customers it rests on. These are associations, not causes."
            )
        ),
        f'<div class="row curves">{"".join(drawn)}</div>',
        said(plural("{n} column more moves the scores less.", "{n} columns more move the scores less.", rest) if rest else ""),
    )


def _cells(found: Fact) -> tuple[str, str, str]:
    return found.label, found.value, found.on


def _figure(caption: str, drawn: str) -> str:
    return f"<figure><figcaption>{safe(caption)}</figcaption>{drawn}</figure>"
