"""What the score adds: who may leave next, and what would go with them."""

from collections.abc import Callable
from datetime import date
from typing import Any

import narwhals.stable.v2 as nw
import pandas as pd

from churn import charts, measures, wording
from churn.findings.blocks import Figure, Part, Table
from churn.findings.listing import without
from churn.measures.dialect import Frame
from churn.risk.scorecard import Scorecard
from churn.view import View
from churn.wording import _, plural

RISKIEST = 10
MOST_DRIVERS = 8


def ahead(card: Scorecard) -> str:
    """The days in which a score learned from histories foretells leaving: "within 90 days"; "" where a score knows no days."""
    days = card.provenance.look_ahead
    return "" if days is None else plural("within {n} day", "within {n} days", days)


def bands(view: View) -> pd.DataFrame:
    """What `stake` and `spread` add up: `measures.risk_bands` of the people."""
    return measures.risk_bands(view.people, scores(view), _lost(view))


def stake(banded: pd.DataFrame, card: Scorecard) -> tuple[Figure, ...]:
    """What the active customers' risks (`bands`) add up to; nothing where nobody is scored."""
    found = measures.at_risk_of(banded)
    if not found.scored:
        return ()
    of = plural("The risk of {n} active customer", "The risks of {n} active customers added up", found.scored)
    on = _("{of}: to leave {ahead}").format(of=of, ahead=ahead(card)) if ahead(card) else _("{of}; no date is implied").format(of=of)
    losses = Figure(_("Expected losses"), wording.number(found.expected_losses), on)
    if found.value_at_risk is None:
        return (losses,)
    on = plural("Monthly value times risk, over {n} active customer", "Monthly value times risk, over {n} active customers", found.valued)
    return (Figure(_("Monthly value at risk"), wording.money(found.value_at_risk), on), losses)


def spread(banded: pd.DataFrame, card: Scorecard, *, deeper: bool = False) -> tuple[Part, ...]:
    """How risk is spread over the active customers (`bands`), and what moves the score over all of them."""
    found = measures.at_risk_of(banded)
    unknown = found.active - found.scored
    untold = plural("Too little is known of {n} more for a risk.", "Too little is known of {n} more for a risk.", unknown)
    shown = plural("{n} active customer by risk of leaving", "{n} active customers by risk of leaving", found.scored)
    of_whom = _("The scorecard's; the risks shown are the deeper model's.") if deeper else ""
    about = " ".join(filter(None, [_("Each column's part in the scores of all customers. An association, not a cause."), of_whom]))
    moves = charts.drivers(dict(zip(card.columns, card.importance.tolist(), strict=True)), most=MOST_DRIVERS)
    risks = charts.risk_spread(measures.risk_spread_of(banded))
    return (
        Part("spread", _("How risk is spread"), shown, chart=risks, notes=(untold,) if unknown else (), half=True),
        Part("drivers", _("What moves the score"), about, chart=moves, half=True),
    )


def riskiest(view: View, day: date) -> pd.DataFrame:
    """The active customers with most value at risk, or where no value is known with the highest risk, without those held out on `day`:
    customer_id, name, risk, monthly_value, value_at_risk, without those columns that the desk does not have."""
    paid = "monthly_value" in view.labels
    return measures.riskiest(without(view, view.people, day), scores(view), _lost(view), RISKIEST, by="value" if paid else "risk")


def listed(found: pd.DataFrame) -> Part:
    """`riskiest` as a part of a report."""
    by_value = "value_at_risk" in found
    heads = {"customer_id": _("Id"), "name": _("Customer"), "risk": _("Risk"), "monthly_value": _("Monthly value")}
    heads |= {"value_at_risk": _("Value at risk")}
    words: dict[str, Callable[[Any], str]] = {
        "risk": wording.percent,
        "monthly_value": wording.money,
        "value_at_risk": wording.money,
    }
    cells = {heads[name]: [words.get(name, str)(cell) for cell in found[name]] for name in heads if name in found}
    title = _("Most value at risk") if by_value else _("Highest risk")
    return Part("riskiest", title, table=Table(pd.DataFrame(cells, dtype="str"), _("The active customers with most at risk")))


def scores(view: View) -> Frame:
    """The scores, or a table of the same shape that knows no risk."""
    if "scores" in view.frames:
        return view.frames["scores"]
    return view.people.select("customer_id", nw.lit(None, nw.Float64).alias("risk"))


def _lost(view: View) -> nw.Expr:
    return nw.col("customer_id").is_null() if view.lost is None else view.lost
