"""Which products each customer has ever bought."""

from datetime import date

import narwhals.stable.v2 as nw

from churn.measures.dialect import Frame, is_known, words


def products_bought(orders: Frame, as_of: date) -> Frame:
    """Each customer and product once: customer_id, product, first_on (Date, of the first order of it), last_on (Date, of its last before
    `as_of`; null: none); a load prepares it as customer_products.

    Columns in: customer_id, ordered_on, product. Orders that name no customer, day or product are left out.
    """
    day = nw.col("ordered_on")
    named = orders.select("customer_id", "ordered_on", product=words("product"))
    named = named.filter(is_known(nw.col("product")) & is_known(nw.col("customer_id")) & is_known(day))
    return named.group_by("customer_id", "product").agg(
        day.min().alias("first_on"), nw.when(day < nw.lit(as_of)).then(day).max().alias("last_on")
    )
