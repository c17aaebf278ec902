"""Which customers leave, by one or two of their columns, and what they are worth."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import narwhals.stable.v2 as nw
import pandas as pd

from churn import charts, measures, wording
from churn.charts import Chart
from churn.filters import ALL_TIME, MISSING, TENURES, tenure_name
from churn.findings.blocks import Figure, Findings, Part, Table
from churn.findings.words import SMALL, customers, few, interval, of
from churn.measures import Segments
from churn.measures.dialect import Frame, has, is_known, real, small
from churn.measures.rates import share_of
from churn.measures.rfm import RFM
from churn.view import DIMENSIONS, View
from churn.wording import _, plural

BY_TENURE, BY_VALUE = "@tenure", "@value"
FIRST, SECOND = ("_first",), ("_second",)  # no column of a firm begins so
FIFTHS = 5
MOST_ROWS = 40

Names = Mapping[str, Mapping[str, str]]


def segments(view: View, first: str, second: str = "") -> Findings:
    """Customers by the column `first`, and by `second` too where one is named: keys of `dimensions`."""
    title, question = _("Segments"), _("Which customers leave, how many are they, and what are they worth?")
    names = dimensions(view)
    if first not in names:
        lacking = _("The customers have no column to tell groups by, such as segment, region or plan: load one.")
        return Findings(title, question, lacking=lacking)
    second = second if second in names and second != first else ""
    lost = nw.lit(None, nw.Boolean) if view.lost is None else view.lost
    people, bands = _banded(view, (first, second))
    bought = view.frames["customer_bought"] if "customer_bought" in view.frames and view.holds("orders", "amount") else None
    one = measures.segments(people, FIRST, lost, bought=bought)
    parts = [*_ranked(view, one, first, names[first], bands)]
    if second:
        both = measures.segments(people, (*FIRST, *SECOND), lost, bought=bought)
        parts += _crossed(view, both, (first, second), names, bands)
    parts.append(_table(view, one, first, names[first], bands))
    parts += _habits(view)
    return Findings(
        title,
        question,
        figures=_figures(view, one, first, bands),
        caution=" ".join(filter(None, [few(view.customers, customers(view.customers)), _of_all_time(view)])),
        parts=tuple(parts),
    )


def _of_all_time(view: View) -> str:
    if view.span is None or view.filters.period == ALL_TIME:
        return ""
    return _("The period changes nothing on this page: who has left is counted whenever that was.")


def comparable(view: View, columns: Iterable[str]) -> list[str]:
    """These columns as a page offers them to compare by: segment, region, plan and owner first; where there is none of them, the one whose
    groups differ most in how many of everybody left."""
    offered = list(columns)
    first = [column for column in DIMENSIONS if column in offered] or ([telling(view, offered)] if offered else [])
    return first + [column for column in offered if column not in first]


def telling(view: View, columns: Sequence[str]) -> str:
    """Of these columns the one whose groups differ most in how many left (the largest chi-square for its groups), those last of which a
    group of ten or more left to the last: they may be known only afterwards. The first where nothing says who left, "" for none."""
    if view.lost is None or not columns:
        return next(iter(columns), "")
    scores: dict[str, float] = {}
    for column in columns:
        cells = measures.segments(view.everybody.with_columns(_first=nw.col(column)), FIRST, view.lost).cells
        whole = cells["lost"].sum() / max(1, cells["known"].sum())
        apart = (cells["known"] * (cells["share"] - whole) ** 2).sum()
        gives_away = ((cells["known"] >= SMALL) & (cells["lost"] == cells["known"])).any()
        scores[column] = -1.0 if gives_away else apart / max(1, len(cells) - 1)
    return max(scores, key=lambda column: scores[column])


def dimensions(view: View) -> dict[str, str]:
    """What customers can be told apart by besides their columns of words, and what to call it: all by key."""
    return {column.name: view.labels[column.name] for column in view.columns if column.type in ("text", "flag", "number")} | besides(view)


def besides(view: View) -> dict[str, str]:
    """Ways to tell customers apart that are no column of theirs."""
    found = {BY_TENURE: _("Time with us")} if view.dated else {}
    return found | ({BY_VALUE: _("Monthly value, in fifths")} if has(view.people, "monthly_value") else {})


def _banded(view: View, wanted: tuple[str, str]) -> tuple[Frame, dict[str, dict[str, str]]]:
    """The people with their groups in the columns FIRST and SECOND, and by dimension what to call its values, where they are no words."""
    people, names = view.people, {}
    if BY_TENURE in wanted:
        band = nw.lit(None, nw.String)
        for key, (low, high) in reversed(list(TENURES.items())):
            days = nw.col("tenure_days")
            inside = days < nw.lit(high) if low is None else days >= nw.lit(low) if high is None else (days >= low) & (days < high)
            band = nw.when(inside).then(nw.lit(key)).otherwise(band)
        people, names[BY_TENURE] = people.with_columns(_tenure=band), {key: tenure_name(key) for key in TENURES}
    if BY_VALUE in wanted:
        value = real("monthly_value")
        cuts = _cuts(view.everybody)
        band = nw.lit(str(len(cuts) + 1))
        for place, cut in reversed(list(enumerate(cuts, 1))):
            band = nw.when(value <= nw.lit(cut)).then(nw.lit(str(place))).otherwise(band)
        people = people.with_columns(_value=nw.when(is_known(value)).then(band))
        digits = _digits(cuts)
        edges = zip([None, *cuts], [*cuts, None], strict=True)
        names[BY_VALUE] = {str(place): _between(low, high, digits) for place, (low, high) in enumerate(edges, 1)}
    columns = {BY_TENURE: "_tenure", BY_VALUE: "_value"}
    for dimension, (name,) in zip(wanted, (FIRST, SECOND), strict=True):
        if dimension:
            people = people.with_columns(nw.col(columns.get(dimension, dimension)).alias(name))
    return people, names | {dimension: view.names[dimension] for dimension in wanted if dimension in view.names}


def _cuts(everybody: Frame) -> list[float]:
    """Where the fifths of the firm's monthly values part."""
    value = real("monthly_value")
    cuts = [value.quantile(place / FIFTHS, interpolation="linear").alias(str(place)) for place in range(1, FIFTHS)]
    return sorted({float(cut) for cut in small(everybody.select(*cuts)).iloc[0] if pd.notna(cut)})


def _between(low: float | None, high: float | None, digits: int) -> str:
    if low is None:
        return _("up to {high}").format(high=wording.money(high, digits=digits))
    if high is None:
        return _("above {low}").format(low=wording.money(low, digits=digits))
    return _("{low} to {high}").format(low=wording.money(low, digits=digits), high=wording.money(high, digits=digits))


def _digits(cuts: Sequence[float]) -> int:
    """As few digits as keep the cuts apart."""
    told = (digits for digits in range(10) if len({wording.money(cut, digits=digits) for cut in cuts}) == len(cuts))
    return next(told, 10) if all(abs(cut) >= SMALL for cut in cuts) else max(2, next(told, 10))


def _named(view: View, cells: pd.DataFrame, column: str, key: str, bands: Names) -> "pd.Series[Any]":
    """The groups in words."""
    called = bands.get(key, {})
    return view.known_as(key, cells[column]).map(lambda cell: called.get(str(cell), cell))


def _figures(view: View, one: Segments, key: str, bands: Names) -> tuple[Figure, ...]:
    """The group that leaves most surely more than the others, and the group that pays most."""
    cells = one.cells.assign(group=_named(view, one.cells, one.by[0], key, bands))
    named = cells[cells["group"].notna()]
    known, shown = named[named["known"] >= SMALL], []
    if view.lost is not None and len(known):
        top = known.sort_values("low", ascending=False).iloc[0]
        share = share_of(int(top["lost"]), int(top["known"]))
        everyone = _("all: {share}").format(share=wording.percent(_overall(view)))
        on = _("{group}: {of} have left; {interval}; {all}").format(
            group=top["group"], of=of(share), interval=interval(share), all=everyone
        )
        shown.append(Figure(_("Leaves most surely"), wording.percent(share.share), on))
    if named["sum_value"].notna().any():
        top = named.sort_values("sum_value", ascending=False).iloc[0]
        on = _("{group}: what its {customers} pay a month, those who have left too").format(
            group=top["group"], customers=customers(int(top["customers"]))
        )
        shown.append(Figure(_("Largest by value"), wording.money(top["sum_value"]), on))
    return tuple(shown)


def _overall(view: View) -> float | None:
    """The share of all who have left; None where that is known of fewer than ten."""
    share = view.churn()
    return None if share is None or share.total < SMALL else share.share


def _ranked(view: View, one: Segments, key: str, label: str, bands: Names) -> list[Part]:
    cells = one.cells.assign(group=_named(view, one.cells, one.by[0], key, bands))
    cells["code"] = view.known_as(key, one.cells[one.by[0]]).fillna(MISSING)
    counted = cells[["group", "customers", *(["lost"] if view.lost is not None else [])]]
    sizes = Part(
        "sizes",
        _("How many"),
        _("Customers of each group."),
        _choosing(charts.sizes(counted, picks=key), (key,), cells[["code"]]),
        half=True,
        notes=_left_out(one),
    )
    if view.lost is None:
        return [sizes]
    rates = cells.rename(columns={"lost": "part", "known": "whole"}).assign(is_few=cells["known"] < SMALL)
    rates = rates.sort_values(["is_few", "share"], ascending=[True, False], na_position="last")
    drawn = charts.ranked(rates, title=_("have left"), overall=_overall(view), picks=key)
    about = _("The share of each group that has left, whenever that was, with its 95% interval.")
    if key == BY_TENURE:
        about = _("The share that has left; of who left, the time until then, so that long ones are rare. See How long customers stay.")
    chosen = _choosing(drawn, (key,), rates[["code"]])
    return [Part("churn", _("Who leaves, by {column}").format(column=label), about, chosen, half=True), sizes]


def _choosing(drawn: Chart, keys: tuple[str, ...], codes: pd.DataFrame) -> Chart:
    """The chart, a click on which chooses values as filters know them; fifths of value, which filters do not know, choose nothing."""
    if drawn.picks is None or BY_VALUE in keys:
        return replace(drawn, picks=None)
    values = tuple(tuple(str(code) for code in row) for row in codes.itertuples(index=False))
    return replace(drawn, picks=replace(drawn.picks, columns=keys, values=values))


def _left_out(one: Segments) -> tuple[str, ...]:
    if not one.cells_left:
        return ()
    return (plural("{n} customer of rarer groups is left out.", "{n} customers of rarer groups are left out.", one.customers_left),)


def _crossed(view: View, both: Segments, keys: tuple[str, str], names: Mapping[str, str], bands: Names) -> list[Part]:
    if view.lost is None:
        return []
    down, across = (names[key] for key in keys)
    row, column = (_named(view, both.cells, name, key, bands) for name, key in zip(both.by, keys, strict=True))
    cells = both.cells.assign(row=row, column=column, part=both.cells["lost"], whole=both.cells["known"])
    drawn = charts.heat(cells, title=_("have left"), down=down, across=across, picks=keys)
    codes = pd.DataFrame({name: view.known_as(key, both.cells[name]).fillna(MISSING) for name, key in zip(both.by, keys, strict=True)})
    about = _("The share of each cell that has left; of fewer than ten customers the counts alone.")
    return [
        Part(
            "crossed",
            _("{down} and {across}").format(down=down, across=across),
            about,
            _choosing(drawn, keys, codes),
            notes=_left_out(both),
        )
    ]


def _table(view: View, one: Segments, key: str, label: str, bands: Names) -> Part:
    found = one.cells.head(MOST_ROWS)
    group = _named(view, found, one.by[0], key, bands)
    cells: dict[str, list[str]] = {_("Customers"): [wording.number(n) for n in found["customers"]]}
    if view.lost is not None:
        cells[_("Have left")] = [
            wording.percent(share) if known >= SMALL else of(share_of(int(lost), int(known)))
            for share, known, lost in zip(found["share"], found["known"], found["lost"], strict=True)
        ]
        cells[_("95% interval")] = [
            wording.share_range(low, high) if known >= SMALL else "–"
            for low, high, known in zip(found["low"], found["high"], found["known"], strict=True)
        ]
    if found["sum_value"].notna().any():
        cells[_("Mean monthly value")] = [wording.money(mean) for mean in found["mean_value"]]
        cells[_("Monthly value")] = [wording.money(total) for total in found["sum_value"]]
    if found["revenue_year"].notna().any():
        cells[_("Revenue of the last 365 days")] = [wording.money(total) for total in found["revenue_year"]]
    about = _("All customers of each group, those who have left too.")
    names = [str(name) if name is not None and name == name else _("(missing)") for name in group]
    head = _("{column} (group)").format(column=label) if label in cells else label
    table = Table(pd.DataFrame({head: names, **cells}), _("Groups with their worth"))
    return Part("worth", _("What they are worth"), about, table=table)


def _habits(view: View) -> list[Part]:
    """Customers by how lately, how often and for how much they bought."""
    title = _("Buying habits")
    if "customer_bought" not in view.frames:
        return [Part("rfm", title, lacking=_("Buying habits need an orders table."))]
    if view.dials is None:
        return []
    own = view.frames["customer_bought"].join(view.lived.select("customer_id"), on="customer_id", how="semi")
    found = measures.rfm_segments_of(own, view.lived)
    found = found[found["customers"] > 0]
    if found.empty:
        return []
    shown = found.assign(group=found["segment"].map(measures.segment_name))
    about = _("By how lately, how often and for how much they bought, in fifths of all customers of the firm. Who has left buys no more.")
    cells = {
        _("Habit"): list(shown["group"]),
        _("Customers"): [wording.number(n) for n in shown["customers"]],
    }
    if view.holds("orders", "amount"):
        cells[_("Revenue, all orders")] = [wording.money(amount) for amount in shown["revenue"]]
        if shown["customers"].sum() >= SMALL:
            cells[_("Share of it")] = [wording.percent(share, 0) for share in shown["revenue_share"]]
    drawn = charts.sizes(shown[["group", "customers", "lost"]], picks=RFM if RFM in view.names else None)
    chosen = _choosing(drawn, (RFM,), shown[["segment"]])
    return [Part("rfm", title, about, chosen, table=Table(pd.DataFrame(cells), _("Buying habits with their revenue")))]
