"""A test that was run elsewhere: a column of the customers table says who was contacted how, another what came of it."""

from dataclasses import dataclass

import narwhals.stable.v2 as nw

from churn.actions.comparing import Arm, Difference, Gain, Pair, brought, difference
from churn.errors import ChurnError
from churn.filters import Filters
from churn.measures.dialect import count_if, is_known, is_true, one_row, real, small, sum_if
from churn.store import Desk
from churn.view import level, types_of, viewed
from churn.wording import _

MOST_ARMS, MOST_VALUES = 12, 40


@dataclass(frozen=True)
class Asked:
    """The column that says the arm and its value for those not contacted, the column of the outcome and the value that counts; `amount`, a
    column of money from each customer, may be "". All are safe names of columns of the customers table."""

    arm: str
    control: str
    outcome: str
    counts: str
    amount: str = ""


@dataclass(frozen=True)
class Compared:
    """One way of contacting against none: its `name`, the two sides, the difference of the shares with the outcome (contacted less not) and
    the money that contacting brought on all contacted (None where no amount is known)."""

    name: str
    pair: Pair
    difference: Difference
    gain: Gain | None


def values_of(desk: Desk, *, most: int = MOST_VALUES) -> dict[str, tuple[str, ...]]:
    """The values of each column of the customers table that has 2 to `most` of them, by safe name."""
    with viewed(desk) as view:
        types = types_of(view.columns)
        columns = [column.name for column in desk.columns("customers") if types.get(column.name) in ("text", "flag", "number")]
        counts = one_row(view.everybody, [nw.col(name).n_unique().alias(name) for name in columns] or [nw.len()])
        few = [name for name in columns if 2 <= counts[name] <= most]
        found = {}
        for name in few:
            cells = small(view.everybody.select(name).unique().sort(name))[name]
            found[name] = tuple(text for cell in cells if (text := level(cell, types[name])))
    return found


def amounts_of(desk: Desk) -> tuple[str, ...]:
    """The columns of numbers, by safe name."""
    return tuple(column.name for column in desk.columns("customers") if column.type == "number")


def compared(desk: Desk, asked: Asked) -> tuple[Compared, ...]:
    """Each way of contacting against none, among the customers whose arm and outcome are known, in the order of their names. Raises
    ChurnError where arm and outcome are one column, nobody was left uncontacted, or there are more than twelve ways."""
    if asked.arm == asked.outcome:
        raise ChurnError(_("The column that says who was contacted cannot be the outcome too: choose two columns."))
    with viewed(desk) as view:
        types = types_of(view.columns)
        had = Filters({asked.outcome: (asked.counts,)}).expression(types)
        amount = real(asked.amount) if asked.amount else nw.lit(None, nw.Float64)
        rows = view.everybody.filter(is_known(nw.col(asked.arm)) & is_known(nw.col(asked.outcome)))
        ready = rows.select(arm=nw.col(asked.arm), had=nw.lit(False) if had is None else is_true(had), amount=amount)
        valued = is_known(nw.col("amount"))
        sums = [
            nw.len().cast(nw.Int64).alias("n"),
            count_if(nw.col("had")).alias("had"),
            count_if(valued).alias("valued"),
            sum_if(valued, nw.col("amount")).alias("sum"),
            sum_if(valued, nw.col("amount") * nw.col("amount")).alias("squares"),
        ]
        found = small(ready.group_by("arm").agg(*sums))
    arms = {level(row["arm"], types[asked.arm]): _arm(*row.iloc[1:]) for _number, row in found.iterrows()}
    control = arms.pop(asked.control, None)
    if control is None or not arms:
        raise ChurnError(_("The test needs customers who were contacted and customers who were not: that column does not tell them apart."))
    if len(arms) > MOST_ARMS:
        raise ChurnError(_("That column has more than {most} values: it is no arm of a test.").format(most=MOST_ARMS))
    return tuple(one for name in sorted(arms) if (one := _compared(name, Pair(arms[name], control))) is not None)


def _arm(n: float, had: float, valued: float, total: float, squares: float) -> Arm:
    known = int(valued)
    variance = max(0.0, (squares - total**2 / known) / (known - 1)) if known > 1 else 0.0
    return Arm(int(n), int(had), known, total / known if known else 0.0, variance)


def _compared(name: str, pair: Pair) -> Compared | None:
    found = difference([pair])
    return None if found is None else Compared(name, pair, found, brought([pair]))
