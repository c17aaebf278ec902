"""The nearest right name, for errors."""

from collections.abc import Iterable
from difflib import get_close_matches

from churn.wording import _


def did_you_mean(name: str, names: Iterable[str]) -> str:
    """A clause that offers the name most like `name`, or "" where none is near.

    >>> did_you_mean("Chrun", ["Churn", "Contract"])
    " (did you mean 'Churn'?)"
    """
    by_folded = {known.casefold(): known for known in names}
    near = get_close_matches(name.casefold(), by_folded, n=1, cutoff=0.6)
    return " " + _("(did you mean '{name}'?)").format(name=by_folded[near[0]]) if near else ""
