"""Whom a page may name."""

from datetime import date

from churn.actions.held_out import without_held_out
from churn.measures.dialect import Frame
from churn.view import View


def without(view: View, frame: Frame, day: date | None) -> Frame:
    """The rows of a frame with customer_id without those of customers held out on `day`; None: on the day that the data are read at, and
    all rows where no day is known."""
    known = day or (view.dials.as_of if view.dials else None)
    return frame if known is None else without_held_out(frame, view.frames, known)
