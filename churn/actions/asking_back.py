"""ASKING BACK: the three steps with each customer, whom to ask this week, and what came of it; all of it lines of the journal."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any, Literal, get_args

import pandas as pd

from churn.actions.outcomes import Contact, note_outcome
from churn.actions.win_back import PRICE, Lost, Odds, lost_customers, monday
from churn.dials import Dials
from churn.journal import Line
from churn.measures import Share, share_of
from churn.measures.reasons import NOT_STATED
from churn.store import Desk
from churn.stored import Json
from churn.wording import _, plural
from churn.wording import date as date_in_words

Step = Literal["why", "how", "contact", "result"]
Result = Literal["came_back", "no", "later"]
STEPS: tuple[Step, ...] = get_args(Step)
RESULTS: tuple[Result, ...] = get_args(Result)
WARM = "warm"
WISHES = "win_back"
# Griffin and Lowenstein (2001), through others; what they counted is not known.
QUOTED_BACK = (0.20, 0.40)


@dataclass(frozen=True)
class Progress:
    """What was noted of one customer: the text of each step that is done, and the result ("": none yet)."""

    done: Mapping[str, str]
    result: str

    @property
    def steps(self) -> int:
        """How many steps are done."""
        return len(self.done)


def odds_of(desk: Desk) -> Odds:
    """What is assumed, as last kept."""
    lines = desk.journal.lines("wishes")
    said = lines[lines["what"] == WISHES]
    known = {name.name for name in fields(Odds)}
    return Odds(**{name: value for name, value in said["more"].iloc[-1].items() if name in known}) if len(said) else Odds()


def keep_odds(desk: Desk, odds: Odds, *, day: date, by: str = "", at: datetime | None = None) -> None:
    """Keeps what is assumed, for everybody who uses the desk."""
    desk.journal.note(Line("wishes", day, noted_by=by, what=WISHES, more=odds.as_json()), at=at)


def this_week(lost: Lost, noted: pd.DataFrame, day: date, odds: Odds) -> pd.DataFrame:
    """Whom to ask in the week of `day`: the first of the list who were not asked in an earlier week and do not wait for a later day; what
    is noted during the week changes nothing, so that the list stays. Columns of `Lost.listed`. `noted`: the journal's lines win_back."""
    before = noted[(noted["day"] < pd.Timestamp(monday(day))) & noted["what"].isin(["contact", "result"])]
    last = before.drop_duplicates("customer_id", keep="last")
    again = set(last.loc[last["until"] <= pd.Timestamp(day), "customer_id"])
    asked = set(before["customer_id"]) - again
    return lost.listed[~lost.listed["customer_id"].isin(asked)].head(odds.a_week).reset_index(drop=True)


def week_of(desk: Desk, dials: Dials | None, day: date) -> pd.DataFrame:
    """`this_week` of a desk as it stands; no rows where nothing says who is lost."""
    odds = odds_of(desk)
    lost = lost_customers(desk, dials, day, odds)
    return pd.DataFrame({"customer_id": []}) if lost is None else this_week(lost, desk.journal.lines("win_back"), day, odds)


def note_asked(desk: Desk, contact: Contact, *, reason: str = "", at: datetime | None = None, seen: int | None = None) -> None:
    """Notes what came of asking a lost customer back, as an outcome and as a step of winning back, both or neither; `seen` as in
    `outcomes.note_outcome`. Whoever was not reached was not asked."""
    back = contact.outcome == "came_back"
    more: dict[str, Json] = {"reason": reason, "result": "came_back"} if back else {"reason": reason}
    line = Line("win_back", contact.day, contact.customer_id, contact.by, "result" if back else "contact", text=contact.note, more=more)
    note_outcome(desk, contact, at=at, seen=seen, also=() if contact.outcome == "not_reached" else (line,))


def waiting(lost: Lost, noted: pd.DataFrame, chosen: pd.DataFrame) -> pd.DataFrame:
    """Those of the list who were asked, not this week, and have no result since."""
    last = noted[noted["what"].isin(["contact", "result"])].drop_duplicates("customer_id", keep="last")
    asked = set(last.loc[last["what"] == "contact", "customer_id"])
    return lost.listed[lost.listed["customer_id"].isin(asked - set(chosen["customer_id"]))].reset_index(drop=True)


def progress(noted: pd.DataFrame, customer_id: str) -> Progress:
    """How far one customer is."""
    mine = noted[noted["customer_id"] == customer_id].to_dict("records")
    done = {str(line["what"]): str(line["text"]) for line in mine if line["what"] in STEPS}
    results = [str(line["more"].get("result", "")) for line in mine if line["what"] == "result"]
    return Progress(done, results[-1] if results else "")


def note_step(
    desk: Desk, customer_id: str, step: Step, *, day: date, text: str = "", reason: str = "", by: str = "", at: datetime | None = None
) -> None:
    """Notes that a step is done."""
    desk.journal.note(Line("win_back", day, customer_id, by, step, text=text.strip(), more={"reason": reason}), at=at)


def note_result(
    desk: Desk, customer_id: str, result: Result, *, day: date, until: date | None = None, text: str = "", reason: str = "",
    by: str = "", at: datetime | None = None,
) -> None:  # fmt: skip
    """Notes what came of it; `until` is the day to ask again where it is "later". Whoever came back is so in the whole journal."""
    more = {"result": result, "reason": reason}
    lines = [Line("win_back", day, customer_id, by, "result", until=until if result == "later" else None, text=text.strip(), more=more)]
    if result == "came_back":
        lines.append(Line("outcome", day, customer_id, by, text=text.strip(), more={"outcome": "came_back", "channel": ""}))
    desk.journal.note(*lines, at=at)


def note_warm(desk: Desk, customers: Sequence[str], *, day: date, text: str, by: str = "", at: datetime | None = None) -> None:
    """Notes that a message was sent to keep these warm."""
    desk.journal.note(*(Line("win_back", day, who, by, WARM, text=text) for who in customers), at=at)


def return_rates(noted: pd.DataFrame) -> dict[str, Share]:
    """Of those who were asked, how many came back, by reason and in all ("")."""
    asked = noted[noted["what"].isin(["contact", "result"])]
    reasons: dict[str, str] = {}
    back: set[str] = set()
    for line in asked.to_dict("records"):
        reasons[line["customer_id"]] = line["more"].get("reason") or reasons.get(line["customer_id"], NOT_STATED)
        if line["more"].get("result") == "came_back":
            back.add(line["customer_id"])
    people = pd.DataFrame({"reason": reasons.values(), "back": [who in back for who in reasons]})
    found = {str(reason): share_of(int(rows["back"].sum()), len(rows)) for reason, rows in people.groupby("reason")}
    return {"": share_of(len(back), len(reasons)), **found}


def caution(reason: str) -> str:
    """What to mind about a reason; "" for nothing."""
    if reason == NOT_STATED:
        return _("Nobody asked why: the reason is a guess. Ask before you offer anything.")
    if reason == PRICE:
        return _("Said to be the price. It often stands for something else: ask what else was wrong before you offer a discount.")
    return ""


def because(row: Mapping[Any, Any]) -> str:
    """Why somebody stands where they do on the list: one sentence or two."""
    said = []
    if row["sign"]:
        said.append(_("In contact or ordering again since."))
    if pd.notna(row["tenure_days"]):
        said.append(plural("{n} day with us.", "{n} days with us.", int(row["tenure_days"])))
    if pd.notna(row["lost_on"]):
        said.append(_("Left {day}.").format(day=date_in_words(row["lost_on"])))
    return " ".join(said)
