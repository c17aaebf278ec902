"""From where on a sign fires, and how grave it then is: what a firm can set."""

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, Self

from churn.errors import ChurnError
from churn.wording import _

Steps = tuple[float, float, float]

_SHARES = ("smaller_orders", "fewer_orders", "fewer_contacts")
_SCORES = ("detractor_scores",)


@dataclass(frozen=True)
class Thresholds:
    """Where each sign begins. Three numbers are the steps *watch*, *warn* and *act*: the sign fires from the first on (up to it where the
    numbers fall, as with days to the renewal) and grows graver with each.

    Days are whole days before `as_of`; shares lie between 0 and 1; gaps are multiples of the customer's own usual gap. `window_days` is how
    long late invoices, complaints and broken promises count, and how long a period is compared with the one before it.
    """

    window_days: int = 180
    quiet_gaps: Steps = (2, 3, 4)
    quiet_days: int = 30
    quiet_times: int = 3
    no_order_days: Steps = (180, 270, 365)
    contact_changed_days: Steps = (180, 90, 30)
    late_invoices: Steps = (1, 2, 3)
    smaller_orders: Steps = (0.2, 0.35, 0.5)
    fewer_orders: Steps = (0.5, 0.7, 1.0)
    fewer_contacts: Steps = (0.5, 0.7, 1.0)
    fewer_of: int = 4
    downgraded_days: Steps = (180, 90, 30)
    complaint_open_days: Steps = (14, 30, 60)
    complaints: Steps = (2, 3, 4)
    notice_days: int = 180
    paused_days: Steps = (1, 30, 60)
    promises_broken: Steps = (1, 2, 3)
    renewal_days: Steps = (90, 60, 30)
    detractor_scores: Steps = (6, 4, 2)
    nps_days: int = 365

    def __post_init__(self) -> None:
        for field in fields(self):
            given = getattr(self, field.name)
            if isinstance(field.default, tuple):
                _check_steps(field.name, given, field.default)
            elif isinstance(given, bool) or not isinstance(given, int) or given < 1:
                raise ChurnError(_("The threshold {name} must be a whole number, 1 or more.").format(name=field.name))

    @classmethod
    def from_settings(cls, settings: Mapping[str, Any] | None) -> Self:
        """The thresholds that `as_settings` gave; what is not among them is as it comes. Raises ChurnError where a number cannot be one."""
        names = {field.name for field in fields(cls)}
        given: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in (settings or {}).items()}
        if unknown := sorted(given.keys() - names):
            raise ChurnError(_("There is no threshold {name}.").format(name=unknown[0]))
        return cls(**given)

    def as_settings(self) -> dict[str, int | list[float]]:
        """Plain JSON: a number or a list of three by name."""
        return {name: list(value) if isinstance(value, tuple) else value for name, value in asdict(self).items()}


def _check_steps(name: str, given: object, default: Steps) -> None:
    """Raises ChurnError unless these are three numbers that go the way of the default, all in the range that the name asks for."""
    falls = default[0] > default[2]
    numbers = [float(step) for step in given if _is_number(step)] if isinstance(given, tuple) else []
    if len(numbers) != 3 or not isinstance(given, tuple) or len(given) != 3:
        raise ChurnError(_("The threshold {name} must be three numbers: from where to watch, to warn and to act.").format(name=name))
    if numbers != sorted(numbers, reverse=falls):
        message = (
            _("The three numbers of the threshold {name} must not rise.")
            if falls
            else _("The three numbers of the threshold {name} must not fall.")
        )
        raise ChurnError(message.format(name=name))
    if name in _SHARES and not all(0 < step <= 1 for step in numbers):
        raise ChurnError(_("The three numbers of the threshold {name} must be above 0 and at most 1.").format(name=name))
    if name in _SCORES and not all(0 <= step <= 10 for step in numbers):
        raise ChurnError(_("The three numbers of the threshold {name} must lie between 0 and 10.").format(name=name))
    if name not in (*_SHARES, *_SCORES) and not all(step >= 1 for step in numbers):
        raise ChurnError(_("The three numbers of the threshold {name} must be 1 or more.").format(name=name))


def _is_number(step: object) -> bool:
    return isinstance(step, int | float) and not isinstance(step, bool) and math.isfinite(step)
