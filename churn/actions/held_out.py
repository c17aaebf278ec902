"""Who is held out of a campaign, so that what it did can be told: they appear on no list."""

from collections.abc import Mapping
from datetime import date

import narwhals.stable.v2 as nw

from churn.measures.dialect import Frame, is_true


def running(journal: Frame, day: date) -> Frame:
    """The lines of the desk's campaigns that have begun on `day`, are not over (`until`) and were not stopped."""
    under_way = (nw.col("kind") == nw.lit("campaign")) & (nw.col("day") <= nw.lit(day)) & (nw.col("until") > nw.lit(day))
    stopped = journal.filter(nw.col("kind") == nw.lit("stop")).select(number="answers")
    return journal.filter(under_way).join(stopped, on="number", how="anti")


def in_running(frames: Mapping[str, Frame], day: date) -> Frame:
    """Who is in a campaign of the desk that runs on `day`: the rows of members."""
    return frames["members"].join(running(frames["journal"], day).select(campaign="number"), on="campaign", how="semi")


def held_out(frames: Mapping[str, Frame], day: date) -> Frame:
    """One row for each customer who is held out on `day`: customer_id. `frames` as `Desk.reading` gives them.

    That is whoever is held out of a campaign of the desk that is running, and whoever a loaded table of actions says is held out without an
    outcome yet.
    """
    mine = in_running(frames, day).filter(nw.col("arm") == nw.lit("held_out")).select("customer_id")
    loaded = _loaded(frames, day)
    return mine.unique() if loaded is None else nw.concat([mine, loaded]).unique()


def without_held_out(frame: Frame, frames: Mapping[str, Frame], day: date) -> Frame:
    """The rows of a frame with customer_id that may be on a list on `day`."""
    return frame.join(held_out(frames, day), on="customer_id", how="anti")


def _loaded(frames: Mapping[str, Frame], day: date) -> Frame | None:
    if "actions" not in frames:
        return None
    actions = frames["actions"]
    names = actions.collect_schema().names()
    if "arm" not in names:
        return None
    open_yet = (nw.col("arm") == nw.lit("held_out")) & is_true(nw.col("taken_on") <= nw.lit(day))
    for column in ("outcome", "outcome_on"):
        if column in names:
            open_yet = open_yet & nw.col(column).is_null()
    return actions.filter(open_yet).select("customer_id")
