"""What a customer might try next: what those have who have the same products."""

from dataclasses import dataclass
from datetime import date

import narwhals.stable.v2 as nw
import pandas as pd

from churn.actions.held_out import without_held_out
from churn.measures.dialect import small
from churn.measures.rates import with_shares
from churn.store import Desk

MOST = 5


@dataclass(frozen=True, eq=False)
class NextProducts:
    """What a customer has (`has`, by name), how many `others` have all of it too, and of these, for each product that the customer does not
    have, the most frequent first: product, customers, share with its 95% interval low and high (Wilson, 1927). An association."""

    has: tuple[str, ...]
    others: int
    products: pd.DataFrame


def next_products(desk: Desk, customer_id: str, day: date) -> NextProducts | None:
    """What others have who have all that this customer has bought by `day`; None where orders name no product, where the customer has
    bought none, or is held out."""
    with desk.reading() as frames:
        if "customer_products" not in frames:
            return None
        pairs = frames["customer_products"].filter(nw.col("first_on") <= nw.lit(day)).select("customer_id", "product")
        mine = without_held_out(pairs.filter(nw.col("customer_id") == nw.lit(customer_id)), frames, day)
        own = sorted(small(mine.select("product"))["product"])
        if not own:
            return None
        counted = pairs.filter(nw.col("product").is_in(own)).group_by("customer_id").agg(nw.len().cast(nw.Int64).alias("n"))
        alike = (nw.col("n") == len(own)) & (nw.col("customer_id") != nw.lit(customer_id))
        same = frames.at_hand(counted.filter(alike).select("customer_id"))
        others = int(small(same.select(nw.len().alias("n")))["n"].iloc[0])
        beside = pairs.filter(~nw.col("product").is_in(own)).join(same, on="customer_id", how="semi")
        most = beside.group_by("product").agg(nw.len().cast(nw.Int64).alias("customers"))
        found = small(most.sort("customers", "product", descending=[True, False]).head(MOST))
    found = found.sort_values(["customers", "product"], ascending=[False, True], ignore_index=True).assign(others=others)
    shares = with_shares(found, "customers", "others")[["product", "customers", "share", "low", "high"]]
    return NextProducts(tuple(own), others, shares)
