"""Why do customers say they leave, and does what they do say the same?"""

from dataclasses import dataclass
from datetime import date

import narwhals.stable.v2 as nw
import pandas as pd

from churn import charts, measures, wording
from churn.features import every
from churn.findings import stating
from churn.findings.blocks import Figure, Findings, Part, Table
from churn.findings.listing import without
from churn.findings.words import customers, few, said_share
from churn.measures import Aliases, ReasonMix, quoted_standing
from churn.measures.dialect import Frame, is_known
from churn.measures.rates import share_of
from churn.measures.reasons import NOT_STATED, put_in_groups
from churn.measures.told import ToldReasons, reason_mix_told, reason_trend_told, reasons_by_told, told_reasons
from churn.risk.scorecard import Scorecard
from churn.view import View
from churn.wording import _, plural

COMMENTS = 30
MOST = 6
TABLES_OF_REASONS = {
    "felt unvalued": "contacts",
    "poor communication": "contacts",
    "dissatisfied (low quality)": "surveys",
    "price": "orders",
    "promise broken": "promises",
    "trust or respect lost": "promises",
    "new management or contact person left": "changes",
    "needs changed": "orders",
}


@dataclass(frozen=True)
class Asked:
    """What a visitor asked of the reasons: where they are stated (a key of `stating.sources`), whether like texts count as one reason, and
    by which column of customers they are split ("": none)."""

    source: str
    grouped: bool = True
    by: str = ""


def reasons(view: View, asked: Asked | None, card: Scorecard | None = None, *, day: date | None = None) -> Findings:
    """The stated reasons of those who left; with a `card` also beside what moves the score. `asked` None: nothing states a reason.
    Comments of customers held out on `day` are left out."""
    title, question = _("Reasons"), _("Why do customers say they leave? A stated reason is no proof of a cause.")
    if asked is None:
        lacking = _("There are no stated reasons: load a surveys table with exit answers, or customers with a column such as Churn reason.")
        return Findings(title, question, lacking=lacking)
    said = stating.said(view, asked.source)
    told = told_reasons(said, view.people, asked.by or None, aliases=Aliases() if asked.grouped else None)
    found = reason_mix_told(told)
    if not found.stated:
        return Findings(title, question, lacking=_("Nobody who left has stated a reason yet."))
    shown = (
        _mix(found),
        _over_time(told) if view.dated else None,
        _by(view, told, asked.by) if asked.by else None,
        _before(view, said, told),
        _beside(found, card),
        _verbatims(view, day),
    )
    return Findings(
        title,
        question,
        figures=(*_compared(found), *([_silent(found)] if view.lost is not None else [])),
        caution=few(found.stated, plural("{n} stated reason", "{n} stated reasons", found.stated)),
        parts=tuple(part for part in shown if part is not None),
    )


def _compared(found: ReasonMix) -> list[Figure]:
    """The reason that is quoted most, here and as quoted; where it is not among the firm's reasons, the firm's first."""
    unvalued = found.mix[(found.mix["quoted"] == found.mix["quoted"].max()) & (found.mix["customers"] > 0)]
    row = (found.mix if unvalued.empty else unvalued).iloc[0]
    here = _("{range} (95% interval), of {stated}").format(
        range=wording.share_range(row["low"], row["high"]),
        stated=plural("{n} customer who gave a reason", "{n} customers who gave a reason", found.stated),
    )
    reason = str(row["reason"])
    shown = [
        Figure(
            _("{reason}: here").format(reason=reason[:1].upper() + reason[1:]),
            said_share(share_of(int(row["customers"]), found.stated), 0),
            here,
        )
    ]
    if not unvalued.empty:
        shown.append(Figure(_("Often quoted"), wording.percent(row["quoted"], 0), _("A claim: widely repeated, no primary study found")))
    return shown


def _silent(found: ReasonMix) -> Figure:
    on = plural("Of {n} customer who left", "Of {n} customers who left", found.stated + found.not_stated)
    return Figure(_("Gave no reason"), wording.number(found.not_stated), on)


def _mix(found: ReasonMix) -> Part:
    about = _("Blue: your customers, with 95% intervals. Grey: the often-quoted mix. {standing}").format(standing=quoted_standing())
    rare = plural("{n} customer gave a rarer reason.", "{n} customers gave rarer reasons.", found.rest)
    here = plural(
        "{n} reason of a customer who is still here is left out.",
        "{n} reasons of customers who are still here are left out.",
        found.still_here,
    )
    notes = [rare] * bool(found.rest) + [here] * bool(found.still_here)
    return Part("mix", _("All reasons"), about, charts.reasons(found), notes=tuple(notes))


def _over_time(told: ToldReasons) -> Part | None:
    found = reason_trend_told(told)
    if found["period"].nunique() < 2:
        return None
    about = _("Of those who left in a quarter and gave a reason, how many named each.")
    return Part("over_time", _("Over time"), about, charts.shares_over_time(found))


def _by(view: View, told: ToldReasons, by: str) -> Part:
    label = view.labels.get(by, by)
    found = reasons_by_told(told, top=MOST)
    found["group"] = view.named(by, found["group"])
    cells = found.rename(columns={"group": "row", "reason": "column", "customers": "part", "stated": "whole"})
    drawn = charts.heat(cells, title=_("named it"), down=label, across=_("reason"))
    about = _("Of those in a group who gave a reason, the share who named it; of fewer than ten the counts alone.")
    return Part("by_group", _("By {column}").format(column=label), about, drawn)


def _before(view: View, said: Frame, told: ToldReasons) -> Part | None:
    """What those who left had been like, by reason."""
    if not view.dated or "customer_leaving" not in view.frames:
        return None
    lost = said.filter(is_known(nw.col("lost_on")))
    grouped = lost if told.texts is None else lost.with_columns(put_in_groups(told.texts))
    unsaid = nw.col("reason").str.to_lowercase() == nw.lit(NOT_STATED)
    found = measures.before_leaving_of(
        grouped.with_columns(reason=nw.when(~unsaid).then(nw.col("reason"))), view.people, view.frames["customer_leaving"]
    )
    if found.empty:
        return None
    words = {
        "tenure_days": (_("Days with us"), 0),
        "monthly_value": (_("Monthly value"), 0),
        "contacts": (_("Contacts"), 1),
        "complaints": (_("Complaints"), 2),
        "orders": (_("Orders"), 1),
    }
    cells = {_("Reason"): [str(reason) if pd.notna(reason) else _("none stated") for reason in found["reason"]]}
    cells[_("Customers")] = [wording.number(n) for n in found["customers"]]
    for name, (head, digits) in words.items():
        if found[name].notna().any() and (name in ("tenure_days", "monthly_value") or view.holds(_table_of(name))):
            cells[head] = [wording.number(mean, digits) for mean in found[name]]
    about = _("Means of those who left; contacts, complaints and orders of the last three months in which they were customers.")
    return Part(
        "before", _("What they were like before"), about, table=Table(pd.DataFrame(cells), _("Those who left, by the reason they gave"))
    )


def _table_of(count: str) -> str:
    return "orders" if count == "orders" else "contacts"


def _beside(found: ReasonMix, card: Scorecard | None) -> Part | None:
    """The stated reasons beside what the score reads that bears on each."""
    if card is None:
        return None
    title = _("What they say and what they do")
    about = _("A reason is what somebody says on leaving; a driver is what the score tells leavers by. Neither is a cause.")
    tables = {feature.label: feature.table for feature in every().values()}
    parts = pd.Series(dict(zip(card.columns, (card.importance / card.importance.sum()).tolist(), strict=True)))
    rows = []
    if not any(column in tables for column in parts.index):
        return _side_by_side(title, about, found, parts)
    for reason, n in found.mix.loc[found.mix["customers"] > 0, ["reason", "customers"]].head(MOST).itertuples(index=False):
        table = TABLES_OF_REASONS.get(str(reason).lower(), "")
        of_table = parts[[tables.get(column) == table for column in parts.index]].sort_values(ascending=False) if table else parts.head(0)
        what = wording.listing(list(of_table.index[:2])) if len(of_table) else _("nothing: no column of the score shows it")
        rows.append(
            (str(reason), said_share(share_of(n, found.stated), 0), what, wording.percent(of_table.sum(), 0) if len(of_table) else "–")
        )
    heads = [_("Stated reason"), _("Named by"), _("What the score reads that bears on it"), _("Part in all scores")]
    unnamed = parts.sort_values(ascending=False).index[:3]
    note = _("What moves the score most, said or not: {columns}.").format(columns=wording.listing(list(unnamed)))
    return Part("beside", title, about, table=Table(pd.DataFrame(rows, columns=heads), title), notes=(note,))


def _side_by_side(title: str, about: str, found: ReasonMix, parts: "pd.Series[float]") -> Part:
    """The stated reasons and the columns of a score whose columns are the firm's own: nothing tells which bears on which."""
    said = found.mix[found.mix["customers"] > 0].head(MOST)
    named = [said_share(share_of(int(n), found.stated), 0) for n in said["customers"]]
    read = parts.sort_values(ascending=False).head(max(len(said), 3))
    told = [wording.percent(part, 0) for part in read]
    cells = {_("Stated reason"): list(said["reason"]), _("Named by"): named, _("What the score reads"): list(read.index)}
    cells[_("Part in all scores")] = told
    rows = max(map(len, cells.values()))
    filled = {head: [*column, *[""] * (rows - len(column))] for head, column in cells.items()}
    note = _("Each side by its own rank; a row says nothing about what belongs together.")
    return Part("beside", title, about, table=Table(pd.DataFrame(filled), title), notes=(note,))


def _verbatims(view: View, day: date | None) -> Part | None:
    if view.dials is None or not view.holds("surveys", "question", "comment"):
        return None
    found = measures.comments_of(without(view, view.comments(), day), COMMENTS, question="exit")
    if found.empty:
        return None
    cells = {
        _("Day"): [wording.date(day) for day in found["answered_on"]],
        _("Customer"): [str(customer) for customer in found["customer_id"]],
        _("Reason"): [str(reason) if pd.notna(reason) else "" for reason in found["reason"]],
        _("In their words"): list(found["comment"]),
    }
    about = _("The latest comments of {customers}, the newest first.").format(customers=customers(found["customer_id"].nunique()))
    return Part("verbatims", _("In their own words"), about, table=Table(pd.DataFrame(cells), _("What those who left wrote")))
