"""Who may be thanked, reminded and written to: those still here whom no campaign holds out."""

from collections.abc import Mapping
from datetime import date

import narwhals.stable.v2 as nw

from churn.actions.held_out import without_held_out
from churn.journal import says
from churn.measures.dialect import Frame, has, is_known, is_true, small, words
from churn.measures.reason_aliases import Aliases
from churn.prepared import dials_of
from churn.store import Desk
from churn.view import everybody, lost_of

DIED = "died"


def reachable(desk: Desk, frames: Mapping[str, Frame], day: date) -> Frame:
    """The rows of customer_now of those who have come and are not lost, of whom nobody noted that they left or died, and who are not held
    out on `day`. `frames` as `desk.reading` gives them."""
    dials = dials_of(desk)
    return still_here(everybody(frames, dials), lost_of(desk, dials), frames, day)


def still_here(people: Frame, lost: nw.Expr | None, frames: Mapping[str, Frame], day: date) -> Frame:
    """Of these people those who may be reached on `day`; `people` and `lost` as `churn.view` has them."""
    here = people if lost is None else people.filter(~is_true(lost))
    here = here.join(noted_gone(frames), on="customer_id", how="anti")
    if dead := noted_dead(frames):
        here = here.filter(~nw.col("customer_id").is_in(dead))
    return without_held_out(here, frames, day)


def called_as(people: Frame, frames: Mapping[str, Frame]) -> Frame:
    """The customers as lists name them: customer_id, name (the id where there is none), contact_name ("" where there is none) and owner (as
    `with_owner`)."""
    name = nw.coalesce(nw.col("name").cast(nw.String), nw.col("customer_id")) if has(people, "name") else nw.col("customer_id")
    contact = nw.col("contact_name").cast(nw.String).fill_null(nw.lit("")) if has(people, "contact_name") else nw.lit("")
    return with_owner(people, frames).select("customer_id", name.alias("name"), contact.alias("contact_name"), "owner")


def with_owner(people: Frame, frames: Mapping[str, Frame]) -> Frame:
    """The people with owner: to whom they were last handed over, else whom the table names; "" where nobody owns them."""
    lines = frames["journal"].filter(nw.col("kind") == nw.lit("hand_over"))
    handed = lines.unique(["customer_id"], keep="last", order_by=["number"]).select("customer_id", _handed="what")
    own = words("owner") if has(people, "owner") else nw.lit(None, nw.String)
    joined = people.join(handed, on="customer_id", how="left")
    return joined.with_columns(owner=nw.coalesce(nw.col("_handed"), own, nw.lit(""))).drop("_handed")


def noted_gone(frames: Mapping[str, Frame]) -> Frame:
    """Of whom the journal says that they left and nothing later that they came back: customer_id."""
    lines = frames["journal"].filter(nw.col("kind").is_in(["exit", "outcome", "win_back"]) & is_known(nw.col("customer_id")))
    left = (nw.col("kind") == nw.lit("exit")) | says("outcome", "left")
    back = says("outcome", "came_back")
    last = lines.group_by("customer_id").agg(
        nw.when(left).then(nw.col("number")).max().alias("left"), nw.when(back).then(nw.col("number")).max().alias("back")
    )
    return last.filter(nw.col("left") > nw.col("back").fill_null(nw.lit(0))).select("customer_id")


def noted_dead(frames: Mapping[str, Frame]) -> list[str]:
    """Customers who count as still here though an exit answer says that they died."""
    if "customer_reasons" not in frames:
        return []
    here = frames["customer_reasons"].filter(nw.col("lost_on").is_null() & is_known(nw.col("reason")))
    aliases = Aliases()
    texts = [text for text in small(here.select("reason").unique())["reason"] if aliases.reason_of(str(text)) == DIED]
    return [] if not texts else small(here.filter(nw.col("reason").is_in(texts)).select("customer_id"))["customer_id"].tolist()
