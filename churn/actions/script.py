"""SCRIPT: which plays are offered for one customer, which are held back and why, and what leaving well needs."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import narwhals.stable.v2 as nw

from churn.actions.gains import gain_of
from churn.actions.held_out import held_out, running
from churn.actions.playbook import Play, plays_for
from churn.measures.dialect import small
from churn.store import Desk
from churn.stored import Frames
from churn.wording import _, listing, money, percent, plural
from churn.wording import date as day_words

LEAST_WHOLE, LEAST_SHOWN = 0.01, 0.0005


@dataclass(frozen=True)
class Offered:
    """The `plays` to choose from, the one to do first at the head and the others cheapest first; `held_back`: why each other one is not, in
    words."""

    plays: tuple[Play, ...]
    held_back: tuple[str, ...]


def offered(
    plays: Sequence[Play], *, signs: Iterable[str], reason: str, risk: float | None, value: float | None, left: float, running: str = ""
) -> Offered:
    """What answers the signs or the reason; of a customer whom a campaign contacts what that does (`running`, its key).

    First is what pays best and gives nothing away, as far as risk and value are known, else the cheapest. A discount only where it pays
    (the `risk`, 0..1, is above its break-even for somebody worth `value`, money) and the rep's fund of the day, of which `left` is left,
    allows it; None: not known.
    """
    given, why = [], []
    for play in [play for play in plays if play.key == running] or plays_for(plays, signs=signs, reason=reason):
        against = _against(play, risk, value, left) if play.offer else ""
        if against:
            why.append(against)
        else:
            given.append(play)
    return Offered(tuple(_best_first(given, risk, value)), tuple(why))


def _best_first(plays: list[Play], risk: float | None, value: float | None) -> list[Play]:
    if not plays or risk is None or value is None:
        return plays
    gains = {play.key: gain_of(play, risk, value) for play in plays}
    plain = [play for play in plays if not play.offer and gains[play.key] > 0]
    best = max(plain or plays, key=lambda play: gains[play.key])
    return [best, *(play for play in plays if play is not best)]


def _against(play: Play, risk: float | None, value: float | None, left: float) -> str:
    if risk is None or math.isnan(risk):
        return _("{play}: not offered, because no risk is known for this customer.").format(play=play.title)
    if value is None:
        return _("{play}: not offered, because nobody knows what this customer pays.").format(play=play.title)
    bar = play.worth(value).break_even
    if risk <= bar:
        return (
            _("{play}: would not pay, whatever the risk: {value} is too little to keep for it.").format(play=play.title, value=money(value))
            if bar > 1
            else _("{play}: would not pay. It pays above a risk of {bar}, and this customer's is {risk}.").format(
                play=play.title, bar=percent(bar), risk=percent(risk)
            )
        )
    if play.offer > left:
        return _("{play}: your fund of today does not hold it. It takes {offer}, and {left} is left.").format(
            play=play.title, offer=money(play.offer), left=money(left, digits=2 if left % 1 else 0)
        )
    return ""


def pays(play: Play, value: float | None) -> str:
    """What a play costs and when it pays, in a sentence; its costs and acceptance are assumptions of the firm."""
    costs = _("Costs {contact}").format(contact=money(play.contact))
    if play.offer:
        costs = _("{costs} and gives away {offer}").format(costs=costs, offer=money(play.offer))
    if not play.acceptance:
        return _("{costs}. It is done because it is right, not because it pays.").format(costs=costs)
    share = percent(play.acceptance, 0 if play.acceptance >= LEAST_WHOLE else 1)
    stay = _("{costs}; {share} of those who would leave are assumed to stay for it.").format(costs=costs, share=share)
    if value is None:
        return stay
    bar = play.worth(value).break_even
    if bar > 1:
        return " ".join([stay, _("It pays for nobody who brings so little.")])
    if bar < LEAST_SHOWN:
        return " ".join([stay, _("For a customer of this value it pays at any risk.")])
    return " ".join([stay, _("It pays above a risk of {bar}.").format(bar=percent(bar))])


def follow_up(play: Play) -> str:
    """When to look again; "" where never."""
    if not play.follow_up:
        return ""
    days = [str(day) for day in play.follow_up]
    return plural("Look again after {days} day.", "Look again after {days} days.", play.follow_up[-1]).format(days=listing(days))


def leaving_well() -> tuple[str, ...]:
    """What to do and say when somebody wants to leave."""
    return (
        _("Ask why, and listen: one question, no argument."),
        _("Say once what they would lose."),
        _("Make it easy: tell them the day on which it ends, and that they need to do nothing more. No form twice, no second call."),
        _("Say what becomes of their data: what is kept, for how long and why, what is deleted, and how they get a copy."),
        _("Say thank you for their time with you, and that they are welcome back."),
    )


def held_until(desk: Desk, customer_id: str, day: date) -> str:
    """Why this customer is to be left alone on a day, and until when, in words; "" where they are not held out for comparison."""
    with desk.reading() as frames:
        mine = held_out(frames, day).filter(nw.col("customer_id") == nw.lit(customer_id))
        if small(mine).empty:
            return ""
        campaigns = _campaigns(frames, customer_id, day)
    if not campaigns:
        return _("They are held out for comparison, as the loaded table of actions says, and no outcome is known yet.")
    each = [_("{title} until {day}").format(title=row["what"] or _("a campaign"), day=day_words(row["until"])) for row in campaigns]
    return _("They are held out for comparison in {campaigns} (the first day after it).").format(campaigns=listing(each))


def _campaigns(frames: Frames, customer_id: str, day: date) -> list[Mapping[Any, Any]]:
    held = (nw.col("customer_id") == nw.lit(customer_id)) & (nw.col("arm") == nw.lit("held_out"))
    mine = frames["members"].filter(held).select(number="campaign")
    lines = running(frames["journal"], day).join(mine, on="number", how="semi").select("number", "what", "until")
    return list(small(lines.sort("number")).to_dict("records"))
