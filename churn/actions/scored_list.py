"""The scored active customers as a list to take out of the desk."""

from datetime import date

import narwhals.stable.v2 as nw
import pandas as pd

from churn.actions.reachable import called_as, reachable
from churn.measures.dialect import has, real
from churn.risk.desk_models import finds_signal, model_of
from churn.risk.of_desk import first_drivers
from churn.store import Desk

MOST_DRIVERS = 1000


def scored_list(desk: Desk, day: date) -> pd.DataFrame:
    """Every customer who may be reached on `day`, riskiest first, then most valuable: customer_id, name, contact_name, owner, why (what
    moves the risk of the first 1,000; "": not told), risk (0..1; NaN: not known), value (what they pay a month; NaN: not known).

    Where the score finds no signal, risk and why are empty and those who pay most come first.
    """
    card = model_of(desk)
    trusted = card is not None and finds_signal(desk, card)
    with desk.reading() as frames:
        people = reachable(desk, frames, day)
        worth = real("monthly_value") if has(people, "monthly_value") else nw.lit(None, nw.Float64)
        rows = called_as(people, frames).join(people.select("customer_id", value=worth), on="customer_id", how="left")
        if trusted and "scores" in frames:
            rows = rows.join(frames["scores"].select("customer_id", risk=real("risk")), on="customer_id", how="left")
        else:
            rows = rows.with_columns(risk=nw.lit(None, nw.Float64))
        found: pd.DataFrame = rows.collect("pandas").to_native()
    found = found.sort_values(["risk", "value", "customer_id"], ascending=[False, False, True], na_position="last", ignore_index=True)
    told: list[str] = []
    if card is not None and trusted:
        told = first_drivers(desk, card, found.loc[found["risk"].notna(), "customer_id"].head(MOST_DRIVERS).tolist())
    why = pd.Series([*told, *[""] * (len(found) - len(told))], dtype="str")
    return found.assign(why=why)[["customer_id", "name", "contact_name", "owner", "why", "risk", "value"]]
