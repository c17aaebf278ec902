"""What the product team should hear: complaints, reasons for leaving, promises not kept, and customers' own words."""

from datetime import date

import narwhals.stable.v2 as nw
import pandas as pd

from churn import wording
from churn.actions.feedback import AGES, Complaints, Window, broken_promises, complaints, exits, verbatims, window
from churn.filters import Span
from churn.findings import stating
from churn.findings.blocks import Figure, Findings, Part, Table
from churn.findings.words import against, customers, of, said_share
from churn.measures import Aliases, Share
from churn.measures.dialect import is_known, small
from churn.measures.rates import share_of
from churn.measures.told import ToldReasons, told_reasons
from churn.store import Desk
from churn.view import View
from churn.wording import _, plural

MOST_REASONS = 10
MOST_TOLD = 12


def feedback(desk: Desk, view: View, days: int, day: date, *, found: Complaints | None = None) -> Findings:
    """The digest of the last days before the data are read, for the product team; `day` is the day of work. Where the tables know no day,
    it holds the reasons of all time alone. `found` are the `complaints` of these days, where they are at hand."""
    title, question = _("Feedback"), _("What do customers complain of, why do they leave, and what did we promise and not keep?")
    span = window(desk, days, day)
    told = _reasons(desk, view, span)
    if span is None:
        if told is None or told.empty:
            lacking = _("There is nothing to pass on yet: load contacts with their kind, exit answers, or promises beside the customers.")
            return Findings(title, question, lacking=lacking)
        return Findings(
            title, question, said=_("No day is known, so this is of all time."), parts=(_reason_part(told, None), *_missing(view))
        )
    found = complaints(view, span) if found is None else found
    broken = broken_promises(view, span)
    when = _("In the {days} days before {day}").format(days=wording.number(days), day=wording.date(span.until))
    parts = [
        _reason_part(told, span) if told is not None else None,
        *(_complaint_parts(found, span) if found is not None else ()),
        _promises(broken, span),
        _competitors(desk, view, span),
        _words(verbatims(desk, view, span), span),
        *_missing(view),
    ]
    figures = [*(_figures(found, span, when) if found is not None else ()), *_left(told, when), *_kept(broken, when)]
    return Findings(title, question, figures=tuple(figures), parts=tuple(part for part in parts if part is not None))


def verbatim_sheet(desk: Desk, view: View, days: int, day: date) -> pd.DataFrame:
    """The customers' words of a digest as a table to take along, headings in words; no names."""
    span = window(desk, days, day)
    rows = verbatims(desk, view, span) if span is not None else pd.DataFrame(columns=["day"])
    heads = {
        "day": _("Day"),
        "source": _("Said in"),
        "score": _("NPS score"),
        "reason": _("Reason"),
        "plan": _("Plan"),
        "segment": _("Segment"),
        "words": _("Words"),
    }
    if "source" in rows:
        rows = rows.assign(source=[_source(source) for source in rows["source"]])
    return rows.reindex(columns=list(heads)).rename(columns=heads)


def _reasons(desk: Desk, view: View, span: Window | None) -> pd.DataFrame | None:
    """reason, now, before (customers who left for it), most frequent first; None where nothing states a reason."""
    source = next(iter(stating.sources(view)), None)
    counts: list[pd.Series[int]] = []
    if source is not None and span is not None and view.dated:
        for name, since, until in (("now", span.since, span.until), ("before", span.before, span.since)):
            counts.append(_counted(told_reasons(stating.said(view, source, Span(since, until)), aliases=Aliases()), name))
    elif source is not None and span is None:
        counts.append(_counted(told_reasons(stating.said(view, source), aliases=Aliases()), "now"))
    noted = exits(desk, span) if span is not None else pd.DataFrame()
    if len(noted):
        noted = _not_counted(noted, view, source)
        counts += [
            noted[noted["now"] == is_now].groupby("reason").size().rename(name) for name, is_now in (("now", True), ("before", False))
        ]
    if not counts:
        return None
    sums = pd.concat([pd.DataFrame({"reason": part.index, "n": part.to_numpy(), "when": str(part.name)}) for part in counts])
    wide = sums.pivot_table(index="reason", columns="when", values="n", aggfunc="sum", fill_value=0).reindex(
        columns=["now", "before"], fill_value=0
    )
    return wide.astype("int64").reset_index().sort_values(["now", "before", "reason"], ascending=[False, False, True], ignore_index=True)


def _counted(told: ToldReasons, name: str) -> "pd.Series[int]":
    found: pd.Series[int] = told.stated.groupby("reason")["customers"].sum().rename(name)
    return found


def _not_counted(noted: pd.DataFrame, view: View, source: str | None) -> pd.DataFrame:
    """The exits in the journal of customers who gave no reason in the tables; of a customer's several the last."""
    last = noted.drop_duplicates("customer_id", keep="last")
    if source is None:
        return last
    stated = stating.said(view, source).filter(nw.col("customer_id").is_in(last["customer_id"].tolist()) & is_known(nw.col("reason")))
    return last[~last["customer_id"].isin(small(stated.select("customer_id"))["customer_id"])]


def _reason_part(told: pd.DataFrame, span: Window | None) -> Part:
    title = _("Why they left")
    if told.empty:
        return Part("reasons", title, lacking=_("Nobody who left in these days said why."))
    columns = {_("Reason"): told["reason"], _("Customers"): told["now"].map(wording.number)}
    about = _("Customers who left and gave a reason, like reasons put together. What they say is no proof of a cause.")
    if span is not None:
        columns[_before(span)] = told["before"].map(wording.number)
    rest = len(told) - MOST_REASONS
    notes = (plural("{n} rarer reason is not listed.", "{n} rarer reasons are not listed.", rest),) if rest > 0 else ()
    return Part(
        "reasons", title, about, table=Table(pd.DataFrame(columns).head(MOST_REASONS), _("Reasons for leaving")), notes=notes, half=True
    )


def _complaint_parts(found: Complaints, span: Window) -> list[Part]:
    kinds = {"complaint": _("Complaints"), "feedback": _("Feedback"), "cancellation_notice": _("Notices to leave")}
    channels = {
        "phone": _("phone"),
        "email": _("e-mail"),
        "chat": _("chat"),
        "visit": _("visit"),
        "web": _("web"),
        "social": _("social media"),
    }
    made = found.kinds[found.kinds["kind"] == "complaint"]
    came = [(label, found.count(key), found.count(key, "before")) for key, label in kinds.items()]
    by = [(channels.get(str(row["channel"]), _("not said")), row["now"], row["before"]) for row in made.to_dict("records")]
    parts = [
        Part(key, title, table=Table(_counts(head, rows, span), title), half=True)
        for key, title, head, rows in (
            ("kinds", _("What came in"), _("Contacts"), came),
            ("channels", _("How complaints came"), _("By"), by),
        )
        if rows
    ]
    if sum(found.ages):
        parts.append(_open_part(found, span))
    columns = {"plan": _("By plan"), "segment": _("By segment"), "product": _("By product bought in the last year")}
    for column, groups in found.groups.items():
        shares = [share_of(int(row["complained"]), int(row["customers"])) for row in groups.to_dict("records")]
        cells = pd.DataFrame({_("Group"): groups["group"], _("Complained"): [_share(share) for share in shares]})
        about = _("Customers who complained in these days, of those there. Of fewer than ten, counts only. An association.")
        parts.append(Part(f"by_{column}", columns[column], about, table=Table(cells, _("Who complained, by group")), half=True))
    return parts


def _counts(head: str, rows: list[tuple[str, int, int]], span: Window) -> pd.DataFrame:
    cells = [(name, wording.number(now), wording.number(before)) for name, now, before in rows]
    return pd.DataFrame(cells, columns=[head, _("In these {days} days").format(days=wording.number(span.days)), _before(span)])


def _share(share: Share) -> str:
    return _("{share} ({of})").format(share=said_share(share), of=of(share)) if share.total >= 10 else of(share)


def _open_part(found: Complaints, span: Window) -> Part:
    week, month, quarter = (wording.number(days) for days in AGES)
    names = [
        _("up to {n} days").format(n=week),
        _("up to {n} days").format(n=month),
        _("up to {n} days").format(n=quarter),
        _("longer than {n} days").format(n=quarter),
    ]
    cells = pd.DataFrame({_("Open for"): names, _("Complaints"): [wording.number(n) for n in found.ages]})
    about = _("Complaints that nobody had settled by {day}, of customers who are still here.").format(day=wording.date(span.until))
    return Part("open", _("Still open"), about, table=Table(cells, _("Open complaints by how long they are open")), half=True)


def _promises(broken: pd.DataFrame, span: Window) -> Part | None:
    if broken.empty or not broken["broken"].sum():
        return None
    shares = [share_of(int(row["broken"]), int(row["promises"])) for row in broken.to_dict("records")]
    cells = pd.DataFrame(
        {_("What was promised"): broken["what"].head(MOST_REASONS), _("Not kept in time"): [_share(s) for s in shares][:MOST_REASONS]}
    )
    about = _("Promises that were due in these days: kept late or not at all by {day}.").format(day=wording.date(span.until))
    return Part("promises", _("Promised and not kept"), about, table=Table(cells, _("Promises not kept in time")), half=True)


def _competitors(desk: Desk, view: View, span: Window) -> Part | None:
    """Whom customers left for: as noted when they left, and the words by which they named another firm."""
    noted = exits(desk, span)
    named = noted.loc[noted["now"], "competitor"].str.strip()
    counted = named[named != ""].value_counts()
    source = next(iter(stating.sources(view)), None)
    if source is not None and view.dated:
        texts = told_reasons(stating.said(view, source, Span(span.since, span.until)), aliases=Aliases()).texts
        said = (
            texts[(texts["reason"] == "competitor") & (texts["text"] != "competitor") & (texts["customers"] > 0)].set_index("text")[
                "customers"
            ]
            if texts is not None
            else counted
        )
        counted = counted.add(said, fill_value=0).astype("int64")
    if counted.empty:
        return None
    counted = counted.sort_index().sort_values(ascending=False, kind="stable").head(MOST_REASONS)
    cells = pd.DataFrame({_("Competitor, as named"): counted.index.astype("str"), _("Customers"): [wording.number(n) for n in counted]})
    about = _("As noted when somebody left, and as customers wrote it in their reason.")
    return Part("competitors", _("Where they went"), about, table=Table(cells, _("Competitors named")), half=True)


def _words(rows: pd.DataFrame, span: Window) -> Part | None:
    """What was written, like words put together, those written most first and then the newest."""
    if rows.empty:
        return None
    grouped = rows.assign(key=rows["words"].str.casefold().str.split().str.join(" ")).groupby("key")
    told = grouped.agg(
        words=("words", "first"), n=("words", "size"), day=("day", "max"), source=("source", "first"), reason=("reason", "first")
    )
    told = told.sort_values(["n", "day"], ascending=[False, False], kind="stable").head(MOST_TOLD)
    about = _(
        "From exit answers, from those who gave 0 to 6 when asked whether they would recommend us, and from notes of leaving. {n}."
    ).format(n=plural("{n} comment in all", "{n} comments in all", len(rows)))
    cells = pd.DataFrame(
        {
            _("Words"): told["words"],
            _("Times"): told["n"].map(wording.number),
            _("Said in"): [_source(source) for source in told["source"]],
            _("Latest"): [wording.date(day) for day in told["day"]],
        }
    )
    return Part("words", _("In their own words"), about, table=Table(cells, _("What customers wrote")))


def _source(source: str) -> str:
    return {"exit": _("exit answer"), "nps": _("NPS comment"), "journal": _("note of leaving")}[source]


def _figures(found: Complaints, span: Window, when: str) -> list[Figure]:
    now, before = found.count("complaint"), found.count("complaint", "before")
    change = _("{before} in the {days} days before that").format(before=wording.number(before), days=wording.number(span.days))
    told = against(found.now, found.then, _("in the {days} days before").format(days=wording.number(span.days)))
    complained = _("{when}, of {customers}").format(when=when, customers=customers(found.now.total))
    return [
        Figure(_("Complaints"), wording.number(now), when, change),
        Figure(_("Customers who complained"), said_share(found.now), complained, told[:1].upper() + told[1:]),
        Figure(_("Complaints still open"), wording.number(sum(found.ages)), _("Of customers who are still here; of any age")),
    ]


def _left(told: pd.DataFrame | None, when: str) -> list[Figure]:
    if told is None or told.empty:
        return []
    return [Figure(_("Left and said why"), wording.number(told["now"].sum()), when)]


def _kept(broken: pd.DataFrame, when: str) -> list[Figure]:
    if broken.empty:
        return []
    share = share_of(int(broken["broken"].sum()), int(broken["promises"].sum()))
    return [Figure(_("Promises not kept in time"), said_share(share, 0), _("{when}: {of} that were due").format(when=when, of=of(share)))]


def _missing(view: View) -> list[Part]:
    """What more data would add."""
    sentences = {
        "contacts": _("Contacts with their kind would show complaints, how long they stay open, and who makes them."),
        "surveys": _("Surveys with exit and NPS answers would show reasons and customers' own words."),
        "promises": _("Promises with their due days would show what was promised and not kept."),
    }
    away = _("A snapshot keeps no single rows of {table}, so this page cannot tell of them.")
    kept = {name: away.format(table=name) for name in ("contacts", "promises") if name in view.made_of}
    said = {name: sentence for name, sentence in sentences.items() if name not in view.frames and name not in view.made_of}
    return [Part(name, name, lacking=sentence) for name, sentence in (kept | said).items()]


def _before(span: Window) -> str:
    return _("The {days} days before").format(days=wording.number(span.days))
