"""The dials of a history: the day that it is read at, when a silent customer counts as gone, and how far ahead the score looks."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Self

from churn.errors import ChurnError
from churn.wording import _


@dataclass(frozen=True)
class Dials:
    """`as_of`: everything before this day is known, this day and all later ones are not. `gone_after`: days without an order after which a
    customer counts as gone (None: only `ended_on` says who left). `look_ahead`: the days from `as_of` on in which leaving is foretold.

    A customer leaves on `ended_on`, or so many days after the last order; who left on a day before d is lost as of d.
    """

    as_of: date
    gone_after: int | None = None
    look_ahead: int = 90

    def __post_init__(self) -> None:
        if not 1900 <= self.as_of.year < 2200:
            raise ChurnError(_("The day to read the data on must lie in a year from 1900 to 2199."))
        if self.look_ahead < 1 or (self.gone_after is not None and self.gone_after < 1):
            raise ChurnError(_("The days to look ahead, and those after which a customer counts as gone, must be 1 or more."))

    def at(self, day: date) -> Self:
        """The same, read at another day."""
        return replace(self, as_of=day)

    @property
    def known_by(self) -> date:
        """The day as of which it is known who left within the days looked ahead."""
        return self.as_of + timedelta(days=self.look_ahead)
