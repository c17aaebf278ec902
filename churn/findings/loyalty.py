"""Who brings the revenue, who the loyal are, and how long customers stay."""

import math
from typing import Any

import narwhals.stable.v2 as nw
import pandas as pd

from churn import charts, measures, wording
from churn.filters import ALL_TIME
from churn.findings.blocks import Figure, Findings, Part, Table
from churn.findings.overview import of_orders, revenue_of
from churn.findings.words import SMALL, against, customers, few, interval, of, said_share
from churn.measures import Buyers, Concentration, ExistingAgainstNew
from churn.measures.dialect import Frame, count_if, has, one_row, real, small
from churn.measures.lives import lives_of
from churn.measures.newcomers import QUOTED_SPEND, QUOTED_TRY, quoted_existing_standing
from churn.view import View
from churn.wording import _, plural

MOST_LEANINGS = 8
PROFILED = ("segment", "region", "plan")
LIKE = ("tenure_days", "contacts_180", "complaints_180", "last_nps", "days_since_contact", "days_since_order")


def loyalty(view: View, *, by: str = "") -> Findings:
    """The concentration of revenue, the loyal fifth, existing against new, cohorts, and how long customers stay, by the column `by` where
    one is named."""
    title, question = _("Loyalty"), _("Who brings the revenue, who are they, and how long do customers stay?")
    found, loyal = revenue_of(view), _loyal(view)
    parts = (_curve(view, found), *_fifths(view, loyal), *_who(view, loyal), *_newcomers(view), *_cohorts(view), _staying(view, by))
    if not found and not view.dated:
        lacking = _("There is no revenue to count: load an orders table, or customers with what each pays a month.")
        return Findings(title, question, lacking=lacking)
    return Findings(
        title,
        question,
        figures=_figures(view, found) if found is not None and found.revenue > 0 else (),
        caution=" ".join(filter(None, [few(view.customers, customers(view.customers)), _of_all_time(view)])),
        parts=parts,
    )


def _of_all_time(view: View) -> str:
    if view.span is None or view.filters.period == ALL_TIME:
        return ""
    return _("The period bounds the revenue of orders alone; all else here is of all time.")


def _on(view: View) -> str:
    if not of_orders(view):
        return _("What customers pay a month, those who have left too")
    span = view.span
    if span is None or span.first is None:
        return _("All orders")
    return _("Orders of {first} to before {until}").format(first=wording.date(span.first), until=wording.date(span.until))


def _figures(view: View, found: Concentration) -> tuple[Figure, ...]:
    whose = _("Of {customers}").format(customers=customers(found.customers))
    quoted = _("A claim without a primary source: concentration differs from firm to firm")
    revenue = Figure(_("Revenue"), wording.money(found.revenue), _on(view))
    if found.customers < SMALL:
        return (revenue,)
    here = Figure(_("Top fifth's share, here"), wording.percent(found.top_share), whose)
    return here, Figure(_("Often quoted"), wording.percent(0.8, 0), quoted), revenue


def _curve(view: View, found: Concentration | None) -> Part:
    key, title = "curve", _("The whole curve")
    if found is None or not found.revenue > 0:
        return Part(key, title, lacking=_("There is no revenue to count: load an orders table, or customers with what each pays a month."))
    if found.customers < SMALL:
        return Part(key, title, lacking=_("Revenue comes from fewer than ten customers here: too few for a curve."))
    about = _("Customers from the largest to the smallest, and the share of the revenue that they bring together. {on}.")
    negative = plural(
        "{n} customer got more back than they paid and counts as 0.",
        "{n} customers got more back than they paid and count as 0.",
        found.negative,
    )
    unknown = plural("{n} customer without a value is left out.", "{n} customers without a value are left out.", found.unknown)
    notes = [negative] * bool(found.negative) + [unknown] * bool(found.unknown)
    return Part(key, title, about.format(on=_on(view)), charts.concentration(found), notes=tuple(notes))


def _loyal(view: View) -> Frame | None:
    """customer_loyal; None where there is none."""
    return view.at_hand(view.frames["customer_loyal"]) if "customer_loyal" in view.frames else None


def _fifths(view: View, loyal: Frame | None) -> list[Part]:
    """Whether the loyal stay."""
    title = _("Do the loyal stay?")
    if loyal is None or view.dials is None:
        return [Part("fifths", title, lacking=_("Who is loyal is told from orders: load an orders table."))]
    found = measures.loyal_fifths_of(loyal, view.dials)
    if not _were_loyal(loyal):
        before = _("Who was loyal a year ago is told from the orders before {day}, and there are none.")
        return [Part("fifths", title, lacking=before.format(day=wording.date(found.day)))]
    if found.customers < SMALL:
        return [Part("fifths", title, lacking=_("Fewer than ten customers were here a year ago: too few to tell the loyal from."))]
    fifths = {_("brought most"): found.by_revenue} if found.revenue > 0 else {}
    fifths[_("longest here and buying most often")] = found.by_habit
    rows = [
        {
            _("The fifth that"): name,
            _("Customers"): wording.number(fifth.customers),
            _("Share of revenue"): wording.percent(fifth.revenue_share, 0),
            _("Have left since"): said_share(fifth.lost),
            _("Of the others"): said_share(fifth.others_lost),
        }
        for name, fifth in fifths.items()
    ]
    apart = [f"{name}: {against(fifth.lost, fifth.others_lost, _('the others'))}." for name, fifth in fifths.items() if fifth.lost.total]
    about = _("The fifths as they stood on {day}, chosen by what was known then; {both} are in both. Who has left since: an association.")
    said = about.format(day=wording.date(found.day), both=customers(found.both))
    table = Table(pd.DataFrame(rows), _("The loyal fifths and who of them left"))
    return [Part("fifths", title, said, table=table, notes=tuple(text[:1].upper() + text[1:] for text in apart))]


def _were_loyal(loyal: Frame) -> bool:
    """Whether anybody had ordered before the day that the loyal are told on."""
    return one_row(loyal, [count_if(nw.col("frequency") > 0).alias("n")])["n"] > 0


def _who(view: View, loyal: Frame | None) -> list[Part]:
    """Who the loyal fifth are, and how they differ from the others."""
    if loyal is None or not _were_loyal(loyal):
        return []
    parts = [_leanings(view, loyal.select("customer_id", "habitual")), _differences(view, loyal.select("customer_id", "habitual"))]
    return [part for part in parts if part is not None]


def _leanings(view: View, loyal: Frame) -> Part | None:
    """The groups in which the loyal are more frequent than in all."""
    columns = [name for name in PROFILED if name in view.labels]
    if not columns:
        return None
    counts = [nw.len().alias("n"), nw.col("habitual").sum().alias("loyal")]
    counted = small(view.people.join(loyal, on="customer_id", how="inner").group_by(*columns).agg(*counts))
    everyone = counted["loyal"].sum() / max(1, counted["n"].sum())
    rows: list[tuple[float, tuple[str, ...]]] = []
    for column in columns if everyone > 0 else []:
        found = counted.groupby(column)[["n", "loyal"]].sum()
        for group, n, count in found[found["n"] >= SMALL].itertuples():
            lift = count / n / everyone
            shares = (wording.percent(count / n, 0), wording.number(lift, 1))
            if lift > 1:
                rows.append((lift, (view.labels[column], str(group), wording.number(n), *shares)))
    if not rows:
        return None
    top = [row for _lift, row in sorted(rows, key=lambda row: -row[0])[:MOST_LEANINGS]]
    heads = [_("Column"), _("Group"), _("Customers"), _("Of them loyal"), _("Times the share among all")]
    about = _("Loyal: the fifth of the firm's customers of a year ago who were longest here and bought most often. Groups of ten and more.")
    return Part(
        "who", _("Who the loyal are"), about, table=Table(pd.DataFrame(top, columns=heads), _("Groups in which the loyal are frequent"))
    )


def _differences(view: View, loyal: Frame) -> Part | None:
    """How the loyal who are still here differ from the others."""
    if "customer_features" not in view.frames:
        return None
    known = view.frames["customer_features"].join(loyal, on="customer_id", how="inner")
    there = [name for name in LIKE if has(known, name)]
    means = [real(name).mean().alias(name) for name in there]
    counted = small(known.group_by("habitual").agg(nw.len().alias("n"), *means)).astype("float64").set_index("habitual")
    found: Any = counted.to_dict("index")  # by 1 for the loyal, 0 for the others
    if not {0, 1} <= set(found) or min(row["n"] for row in found.values()) < SMALL:
        return None
    names = _like()
    rows = [
        (names[name], wording.number(found[1][name], 1), wording.number(found[0][name], 1))
        for name in there
        if pd.notna(found[0][name]) and pd.notna(found[1][name])
    ]
    heads = [_("Mean of"), _("The loyal ({n})").format(n=wording.number(found[1]["n"]))]
    heads.append(_("The others ({n})").format(n=wording.number(found[0]["n"])))
    about = _("Those of a year ago who are still here: what goes with staying. An association, not what keeps them.")
    return Part(
        "like", _("What the loyal are like"), about, table=Table(pd.DataFrame(rows, columns=heads), _("The loyal beside the others"))
    )


def _like() -> dict[str, str]:
    return {
        "tenure_days": _("days as a customer"),
        "contacts_180": _("contacts in the last 180 days"),
        "complaints_180": _("complaints in the last 180 days"),
        "last_nps": _("last NPS answer"),
        "days_since_contact": _("days since the last contact"),
        "days_since_order": _("days since the last order"),
    }


def _newcomers(view: View) -> list[Part]:
    title = _("Existing customers against new ones")
    if "customer_spend" not in view.frames or view.dials is None:
        return []
    found = measures.existing_against_new_of(view.frames["customer_spend"], view.dials)
    if not found.existing.customers + found.new.customers:
        return []
    heads = [_("Customers"), _("How many"), _("Tried another product"), _("Revenue a month")]
    rows = [(name, *_bought(buyers)) for name, buyers in ((_("existing"), found.existing), (_("new"), found.new))]
    about = _("From {first} to {last}; new: who came in these months.").format(
        first=wording.date(found.first), last=wording.date(found.last)
    )
    return [
        Part(
            "newcomers",
            title,
            about,
            table=Table(pd.DataFrame(rows, columns=heads), title),
            notes=(_claims(found),),
        )
    ]


def _bought(buyers: Buyers) -> tuple[str, str, str]:
    tried = f"{wording.percent(buyers.tried.share)} ({interval(buyers.tried)})" if buyers.tried.total >= SMALL else of(buyers.tried)
    spend = f"{wording.money(buyers.spend)} ({wording.number_range(buyers.spend_low, buyers.spend_high)})"
    return wording.number(buyers.customers), tried if buyers.tried.total else _("orders name no product"), spend


def _claims(found: ExistingAgainstNew) -> str:
    """The two claims beside what is so here, where neither group is small."""
    enough = min(found.existing.customers, found.new.customers) >= SMALL
    tries, spends = (found.try_ratio, found.spend_ratio) if enough else (math.nan, math.nan)
    said = _("Often quoted: existing customers are {try_more} likelier to try a new product and spend {spend_more} more. {standing}")
    quoted = said.format(
        try_more=wording.percent(QUOTED_TRY - 1, 0), spend_more=wording.percent(QUOTED_SPEND - 1, 0), standing=quoted_existing_standing()
    )
    here = [
        text.format(times=wording.number(ratio, 1))
        for text, ratio in ((_("{times} times as likely to try"), tries), (_("{times} times the spending"), spends))
        if not math.isnan(ratio)
    ]
    return f"{quoted} {_('Here: {told}.').format(told=wording.listing(here))}" if here else quoted


def _cohorts(view: View) -> list[Part]:
    title = _("Those who came together")
    if view.dials is None or view.first_month is None or "customer_quarters" not in view.frames:
        return [
            Part("cohorts", title, lacking=_("Cohorts need the day that customers began: load it with the customers, or their orders."))
        ]
    found = measures.cohorts_of(view.lived, view.frames["customer_quarters"], view.dials.as_of, view.first_month, every="quarter")
    if found.cells.empty:
        return []
    if found.cells.loc[found.cells["period"] == 0, "customers"].sum() < SMALL:
        return [Part("cohorts", title, lacking=_("The start of fewer than ten customers is known: too few for cohorts."))]
    about = _("Customers by the quarter in which they came, and how many are still here so many quarters on; above: the mean of all.")
    parts = [Part("cohorts", title, about, charts.cohort_heat(found, every="quarter"))]
    if view.holds("orders") and found.cells["revenue_share"].notna().any():
        told = _("The same by what they bring in a quarter, as a share of their first quarter, which is a short one for most.")
        drawn = charts.cohort_heat(found, by="revenue", every="quarter")
        parts.append(Part("cohorts_revenue", _("And what they bring"), told, drawn))
    return parts


def _staying(view: View, by: str) -> Part:
    key, title = "staying", _("How long customers stay")
    if view.dials is None:
        return Part(key, title, lacking=_("How long customers stay needs days: when each began, and when they left or last ordered."))
    found = measures.survival(lives_of(view.people, by or None), view.dials.as_of)
    if found.curves.empty:
        return Part(key, title, lacking=_("No start of a customer is known: load the day that each began."))
    unknown = plural(
        "{n} customer whose start is not known is left out.", "{n} customers whose start is not known are left out.", found.unknown
    )
    about = _(
        "The share still here so long after their start, those who have not left yet counted for as long as they were seen (Kaplan-Meier)."
    )
    curves = found.curves[found.curves["customers"] >= SMALL]
    if curves.empty:
        return Part(key, title, lacking=_("No group has ten customers whose start is known: too few to say how long they stay."))
    if by:
        curves = curves.assign(group=view.named(by, curves["group"]))
    label = view.labels.get(by, by)
    named = f"{title}, {_('by {column}').format(column=label)}" if by else title
    return Part(key, named, about, charts.survival(curves), notes=(unknown,) if found.unknown else ())
