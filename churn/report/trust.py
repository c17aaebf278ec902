"""What is to be said of a score's worth, in plain words: for the trust page and for the model card, so that both say the same."""

import datetime
from dataclasses import dataclass

import pandas as pd

from churn import wording
from churn.findings.risks import ahead
from churn.report.figures import Fact, calibration, more, ranking, riskiest
from churn.risk.bins import rare_below
from churn.risk.scorecard import A_SAVES, B_SAVES, DeeperWorth, Evaluation, Grade, Scorecard
from churn.wording import _, plural

GOOD_FOR_MONTHS = 6
MOST_ROWS = 8


@dataclass(frozen=True)
class Peer:
    """Something that the score is compared with: how often it ranks a pair right, and the error of its risks (log-loss), in words."""

    name: str
    ranks_right: str
    log_loss: str


@dataclass(frozen=True)
class Trust:
    """All that is said, as plain text; `put_back` is "" where no column was put back that looks like a leak, `deeper` where there is no
    second opinion."""

    grade: Grade
    verdict: str
    advice: str
    measured_on: str
    put_back: str
    facts: tuple[Fact, ...]
    more: tuple[Fact, ...]
    peers: tuple[Peer, ...]
    deeper: str
    left_out: tuple[tuple[str, str], ...]
    limits: tuple[str, ...]
    retrain: str


def trust_of(card: Scorecard) -> Trust:
    """What is known of the worth of a score."""
    found = card.evaluation
    return Trust(
        grade=found.grade,
        verdict=verdict(found.grade),
        advice=advice(card),
        measured_on=measured_on(card),
        put_back=put_back_warning(card),
        facts=(ranking(found), riskiest(found), calibration(found)),
        more=more(found),
        peers=_peers(found),
        deeper=worth_line(found.deeper, found.log_loss) if found.deeper else "",
        left_out=_left_out(card),
        limits=_limits(card),
        retrain=_retrain(card),
    )


def verdict(grade: Grade) -> str:
    """The grade in a few words."""
    return {
        "A": _("Far better than the best simple rule"),
        "B": _("Clearly better than the best simple rule"),
        "C": _("Better than the best simple rule"),
        "D": _("Better than guessing, but perhaps no better than a simple rule"),
        "F": _("No better than guessing"),
    }[grade]


def advice(card: Scorecard) -> str:
    """What to do with the score."""
    if not card.evaluation.has_signal:
        return _(
            "The score finds no signal: nothing in this table surely tells who leaves. Do not rank customers by it. Record more about "
            "them, or load more of them, and train again."
        )
    if card.provenance.put_back:
        return _("This grade and the figures below cannot be believed: see the warning above. Train again without those columns.")
    if card.evaluation.grade == "D":
        return _("Rank customers by it if you like; the simple rule below may serve you as well.")
    return _("Rank customers by it, and look at what moves each risk before you act.")


def rules() -> tuple[tuple[Grade, str], ...]:
    """What each grade asks for, best first."""
    b, a = wording.percent(B_SAVES, 0), wording.percent(A_SAVES, 0)
    saves = _("surely better than the best simple rule, its error (log-loss) at least {share} lower")
    return (
        ("A", saves.format(share=a)),
        ("B", saves.format(share=b)),
        ("C", _("surely better than the best simple rule")),
        ("D", _("surely better than guessing, but not surely better than the best simple rule")),
        ("F", _("not surely better than giving every customer the same risk")),
    )


def _left_out(card: Scorecard) -> tuple[tuple[str, str], ...]:
    """The columns left out and why; many for one reason share a row."""
    by_reason: dict[str, list[str]] = {}
    for column, why in card.provenance.left_out:
        by_reason.setdefault(why, []).append(column)
    rows = []
    for why, columns in by_reason.items():
        rows += [(wording.listing(columns), why)] if len(columns) > MOST_ROWS else [(column, why) for column in columns]
    return tuple(rows)


def measured_on(card: Scorecard) -> str:
    """On whom the score was measured, and how."""
    found = card.evaluation
    told = _("Measured on {customers}, {lost} of whom left{ahead}; {method}.")
    return told.format(
        customers=plural("{n} customer", "{n} customers", found.rows),
        lost=wording.number(found.lost),
        ahead=f" {ahead(card)}" if ahead(card) else "",
        method=found.method,
    )


def learned_from(card: Scorecard) -> str:
    """Which customers the score was learned from."""
    made = card.provenance
    if made.look_ahead is not None:
        days = wording.listing([wording.date(datetime.date.fromisoformat(day)) for day in made.read_at])
        told = _("The score was learned from how customers stood on {days}: {rows} in all, {lost} of whom then left {ahead}.")
        rows = plural("{n} case", "{n} cases", made.rows)
        return told.format(days=days, rows=rows, lost=wording.number(made.rows_lost), ahead=ahead(card))
    marked = _("'{column}' is {value}") if made.lost else _("'{column}' is filled")
    return _("The score was learned from {rows} of {file}, {lost} of them lost ({how}).").format(
        rows=plural("{n} customer", "{n} customers", made.rows),
        file=made.source or _("a table"),
        lost=wording.number(made.rows_lost),
        how=marked.format(column=made.label, value=made.lost),
    )


def put_back_warning(card: Scorecard) -> str:
    """The warning that columns were learned from although they look like leaks; "" where there are none."""
    columns = [_("{column} ({why})").format(column=column, why=why) for column, why in card.provenance.put_back]
    if not columns:
        return ""
    return _(
        "The score will look better than it is: it was told to learn from what looks known only once a customer has left: {columns}. "
        "For customers who have not left yet, that says nothing."
    ).format(columns=wording.listing(columns))


def _peers(found: Evaluation) -> tuple[Peer, ...]:
    half, bare = wording.percent(0.5, 0), found.log_loss + found.gain
    peers = [
        Peer(_("This score"), wording.percent(found.roc_auc), wording.number(found.log_loss, 3)),
        Peer(
            _("The best simple rule: {rule}").format(rule=found.rule.name),
            wording.percent(found.rule.roc_auc),
            wording.number(found.rule.log_loss, 3),
        ),
        Peer(_("Everybody at the churn rate, {rate}").format(rate=wording.percent(found.lost / found.rows)), half, wording.number(bare, 3)),
    ]
    if found.deeper:
        name = _("A deeper model, in which any columns may meet")
        peers.append(Peer(name, wording.percent(found.deeper.roc_auc), wording.number(found.deeper.log_loss, 3)))
    return tuple(peers)


def worth_line(worth: DeeperWorth, log_loss: float) -> str:
    """Whether columns interplay beyond pairs, in words."""
    if not worth.better:
        return _("A deeper model, in which any columns may meet, is not surely better: the score misses nothing that it could show.")
    told = _("A deeper model, in which any columns may meet, predicts surely better: its error (log-loss) is {share} lower.")
    less = told.format(share=wording.percent(worth.saved / log_loss, 0))
    if not worth.interplay:
        return less
    return less + " " + _("What interplays most: {columns}.").format(columns=wording.listing(list(worth.interplay)))


def _limits(card: Scorecard) -> tuple[str, ...]:
    least = int(-(-rare_below(card.provenance.rows) // 1))
    when = (
        _("When exactly they leave: a risk is that of leaving {ahead}, on whichever day.").format(ahead=ahead(card))
        if card.provenance.look_ahead is not None
        else _("When they leave: a risk carries no date. It is that of being marked as lost in a table like the one it learned from.")
    )
    return (
        _("Why customers leave: it shows what goes with leaving, which need not be the cause. Changing it need not keep anybody."),
        when,
        _("What is not in the table, or was never seen in it: a new value counts as missing."),
        plural(
            "Much about rare cases: a value that fewer than {n} customer shares is not told apart from others.",
            "Much about rare cases: a value that fewer than {n} customers share is not told apart from others.",
            least,
        ),
    )


def _retrain(card: Scorecard) -> str:
    again = _("when the desk says that a sheet has moved far from these customers, and when products, prices or customers have changed")
    if card.provenance.trained_on is None:
        return _("The day of training is not noted. Train again {again}, at the latest in half a year.").format(again=again)
    trained = datetime.date.fromisoformat(card.provenance.trained_on)
    latest = (pd.Timestamp(trained) + pd.DateOffset(months=GOOD_FOR_MONTHS)).date()
    return _("Trained on {day}. Train again {again}; at the latest on {latest}.").format(
        day=wording.date(trained), again=again, latest=wording.date(latest)
    )
