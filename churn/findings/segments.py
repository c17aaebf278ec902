"""Which customers leave, by one or two of their columns, and what they are worth."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import narwhals.stable.v2 as nw
import pandas as pd

from churn import charts, measures, wording
from churn.charts import Chart
from churn.filters import TENURES, tenure_name
from churn.findings.blocks import Figure, Findings, Part, Table
from churn.findings.words import SMALL, customers, few, group_code, group_name, interval, of
from churn.measures import Segments
from churn.measures.dialect import Frame, has, is_known, real, small
from churn.measures.rates import share_of
from churn.view import RFM, View
from churn.wording import _, plural

BY_TENURE, BY_VALUE = "@tenure", "@value"
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
    bought = view.frames.get("customer_bought")
    one = measures.segments(people, [_column(first)], lost, bought=bought)
    parts = [*_ranked(view, one, first, names[first], bands)]
    if second:
        both = measures.segments(people, [_column(first), _column(second)], lost, bought=bought)
        parts += _crossed(view, both, (first, second), names, bands)
    parts.append(_table(view, one, names[first], bands.get(first)))
    parts += _habits(view)
    return Findings(
        title,
        question,
        figures=_figures(view, one, bands.get(first)),
        caution=few(view.customers, customers(view.customers)),
        parts=tuple(parts),
    )


def telling(view: View, columns: Sequence[str]) -> str:
    """Of these columns the one whose groups differ most in how many left (the largest chi-square for its groups); the first where nothing
    says who left, "" for none."""
    if view.lost is None or not columns:
        return next(iter(columns), "")
    scores: dict[str, float] = {}
    for column in columns:
        cells = measures.segments(view.people, [column], view.lost).cells
        whole = cells["lost"].sum() / max(1, cells["known"].sum())
        apart = (cells["known"] * (cells["share"] - whole) ** 2).sum()
        scores[column] = apart / max(1, len(cells) - 1)
    return max(scores, key=lambda column: scores[column])


def dimensions(view: View) -> dict[str, str]:
    """What customers can be told apart by besides their columns of words, and what to call it: all by key."""
    return {column.name: view.labels[column.name] for column in view.columns if column.type in ("text", "flag", "number")} | besides(view)


def besides(view: View) -> dict[str, str]:
    """Ways to tell customers apart that are no column of theirs."""
    found = {BY_TENURE: _("Time with us")} if view.dated else {}
    return found | ({BY_VALUE: _("Monthly value, in fifths")} if has(view.people, "monthly_value") else {})


def _column(dimension: str) -> str:
    return {BY_TENURE: "_tenure", BY_VALUE: "_value"}.get(dimension, dimension)


def _banded(view: View, wanted: tuple[str, str]) -> tuple[Frame, dict[str, dict[str, str]]]:
    """The people with a column for each band that is wanted, and by dimension what to call its values."""
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
        band = nw.lit(str(FIFTHS))
        for place, cut in reversed(list(enumerate(cuts, 1))):
            band = nw.when(value <= nw.lit(cut)).then(nw.lit(str(place))).otherwise(band)
        people = people.with_columns(_value=nw.when(is_known(value)).then(band))
        edges = [None, *cuts, None]
        names[BY_VALUE] = {str(place): _between(*edges[place - 1 : place + 1]) for place in range(1, len(edges))}
    if RFM in wanted:
        names[RFM] = view.names[RFM]
    return people, names


def _cuts(everybody: Frame) -> list[float]:
    """Where the fifths of the firm's monthly values part."""
    value = real("monthly_value")
    cuts = [value.quantile(place / FIFTHS, interpolation="linear").alias(str(place)) for place in range(1, FIFTHS)]
    return sorted({float(cut) for cut in small(everybody.select(*cuts)).iloc[0] if pd.notna(cut)})


def _between(low: float | None, high: float | None) -> str:
    if low is None:
        return _("up to {high}").format(high=wording.money(high, digits=_digits(high)))
    if high is None:
        return _("above {low}").format(low=wording.money(low, digits=_digits(low)))
    return _("{low} to {high}").format(low=wording.money(low, digits=_digits(low)), high=wording.money(high, digits=_digits(high)))


def _digits(amount: float | None) -> int:
    return 0 if amount is None or abs(amount) >= SMALL else 2


def _named(cells: pd.DataFrame, column: str, bands: Mapping[str, str] | None) -> pd.Series:
    """The groups in words."""
    return cells[column].map(lambda cell: group_name(cell, bands))


def _figures(view: View, one: Segments, bands: Mapping[str, str] | None) -> tuple[Figure, ...]:
    """The group that leaves most surely more than the others, and the group with most value lost."""
    cells = one.cells.assign(group=_named(one.cells, one.by[0], bands))
    known = cells[(cells["known"] >= SMALL) & cells["group"].notna()]
    shown = []
    if view.lost is not None and len(known):
        top = known.sort_values("low", ascending=False).iloc[0]
        share = share_of(int(top["lost"]), int(top["known"]))
        everyone = _("all: {share}").format(share=wording.percent(one.cells["lost"].sum() / max(1, one.cells["known"].sum())))
        on = _("{group}: {of} have left; {interval}; {all}").format(
            group=top["group"], of=of(share), interval=interval(share), all=everyone
        )
        shown.append(Figure(_("Leaves most surely"), wording.percent(share.share), on))
    if known["sum_value"].notna().any():
        top = known.sort_values("sum_value", ascending=False).iloc[0]
        on = _("{group}: what its {customers} pay a month, those who have left too").format(
            group=top["group"], customers=customers(int(top["customers"]))
        )
        shown.append(Figure(_("Largest by value"), wording.money(top["sum_value"]), on))
    return tuple(shown)


def _ranked(view: View, one: Segments, key: str, label: str, bands: Names) -> list[Part]:
    cells = one.cells.assign(group=_named(one.cells, one.by[0], bands.get(key)))
    cells["code"] = _codes(one.cells, one.by[0])
    counted = cells[["group", "customers", *(["lost"] if view.lost is not None else [])]]
    sizes = Part(
        "sizes",
        _("How many"),
        _("Customers of each group. Click a bar to look at one group alone, on all pages."),
        _choosing(charts.sizes(counted, picks=key), (key,), cells[["code"]]),
        half=True,
        notes=_left_out(one),
    )
    if view.lost is None:
        return [sizes]
    whole = cells["known"].sum()
    rates = cells.rename(columns={"lost": "part", "known": "whole"}).assign(is_few=cells["known"] < SMALL)
    rates = rates.sort_values(["is_few", "share"], ascending=[True, False], na_position="last")
    drawn = charts.ranked(rates, title=_("have left"), overall=cells["lost"].sum() / whole if whole >= SMALL else None, picks=key)
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


def _codes(cells: pd.DataFrame, column: str) -> "pd.Series[str]":
    """The groups as filters know them."""
    return cells[column].map(group_code)


def _left_out(one: Segments) -> tuple[str, ...]:
    if not one.cells_left:
        return ()
    return (plural("{n} customer of rarer groups is left out.", "{n} customers of rarer groups are left out.", one.customers_left),)


def _crossed(
    view: View, both: Segments, keys: tuple[str, str], names: Mapping[str, str], bands: Mapping[str, Mapping[str, str]]
) -> list[Part]:
    if view.lost is None:
        return []
    down, across = (names[key] for key in keys)
    row, column = (_named(both.cells, name, bands.get(key)) for name, key in zip(both.by, keys, strict=True))
    cells = both.cells.assign(row=row, column=column, part=both.cells["lost"], whole=both.cells["known"])
    drawn = charts.heat(cells, title=_("have left"), down=down, across=across, picks=keys)
    codes = pd.DataFrame({name: _codes(both.cells, name) for name in both.by})
    about = _("The share of each cell that has left; of fewer than ten customers the counts alone. Click a cell to look at it alone.")
    return [
        Part(
            "crossed",
            _("{down} and {across}").format(down=down, across=across),
            about,
            _choosing(drawn, keys, codes),
            notes=_left_out(both),
        )
    ]


def _table(view: View, one: Segments, label: str, bands: Mapping[str, str] | None) -> Part:
    found = one.cells.head(MOST_ROWS)
    group = _named(found, one.by[0], bands)
    cells: dict[str, list[str]] = {label: [str(name) if name is not None and name == name else _("(missing)") for name in group]}
    cells[_("Customers")] = [wording.number(n) for n in found["customers"]]
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
    return Part("worth", _("What they are worth"), about, table=Table(pd.DataFrame(cells), _("Groups with their worth")))


def _habits(view: View) -> list[Part]:
    """Customers by how lately, how often and for how much they bought."""
    title = _("Buying habits")
    if "customer_bought" not in view.frames or view.dials is None:
        return [Part("rfm", title, lacking=_("Buying habits need an orders table."))]
    found = measures.rfm_segments_of(view.frames["customer_bought"], view.lived)
    found = found[found["customers"] > 0]
    if found.empty:
        return []
    shown = found.assign(group=found["segment"].map(view.names[RFM]))
    about = _("By how lately, how often and for how much they bought, in fifths of all customers of the firm. Who has left buys no more.")
    cells = {
        _("Habit"): list(shown["group"]),
        _("Customers"): [wording.number(n) for n in shown["customers"]],
        _("Revenue, all orders"): [wording.money(amount) for amount in shown["revenue"]],
        _("Share of it"): [wording.percent(share, 0) for share in shown["revenue_share"]],
    }
    drawn = charts.sizes(shown[["group", "customers", "lost"]], picks=RFM)
    chosen = _choosing(drawn, (RFM,), shown[["segment"]])
    return [Part("rfm", title, about, chosen, table=Table(pd.DataFrame(cells), _("Buying habits with their revenue")))]
