"""Messages with their gaps filled in."""

import pandas as pd

from churn.actions import play
from churn.errors import ChurnError
from churn.wording import _, listing

GAPS = ("name", "contact_name", "owner")


def filled(message: str, rows: pd.DataFrame) -> list[str]:
    """The message for each row, with {name}, {contact_name} (the name where there is none) and {owner} filled in as in a play's words.

    What stands in a customer's name is never filled in again. Raises ChurnError where the message has another gap.
    """
    if unknown := sorted({gap for gap in play.blanks(message) if gap not in GAPS}):
        known = listing([f"{{{gap}}}" for gap in GAPS])
        raise ChurnError(_("The message has {unknown}, and only {known} can be filled in.").format(unknown=listing(unknown), known=known))
    told = []
    for row in rows.reindex(columns=list(GAPS)).fillna("").to_dict("records"):
        words = {gap: str(row[gap]) for gap in GAPS}
        told.append(play.filled(message, words | {"contact_name": words["contact_name"] or words["name"]}))
    return told
