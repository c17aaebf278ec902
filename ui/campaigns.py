"""What campaigns did: all of them together, by what was done, and each in a sentence."""

import pandas as pd
import streamlit as st

from churn import charts, wording
from churn.actions.following import Trial, Trials
from churn.actions.verdict import Verdict, interval, money_sentence, together, verdict
from churn.findings import Figure
from churn.wording import _, plural
from ui import one_campaign, tables
from ui.campaign_news import found_trials
from ui.desk import Firm, the_desk
from ui.show import cards, chart, lacking

MONTHS = 12
MOST_LISTED = 40


def show(loaded: Firm) -> None:
    """All campaigns and what they say."""
    desk = the_desk()
    months = float(st.session_state.get("effect months") or MONTHS)
    found = found_trials(desk.version(), desk.journal.version(), months, None)
    if not found.every:
        _none_yet(found, loaded)
        return
    _all(found, months)
    _list(found)
    one_campaign.show(loaded, found, months)
    _what_lacks(found, loaded)


def _none_yet(found: Trials, loaded: Firm) -> None:
    st.markdown(_("**No campaign yet.** Begin one above: some customers are held out at random, and later data tell whether it helped."))
    _what_lacks(found, loaded)


def _what_lacks(found: Trials, loaded: Firm) -> None:
    """What more data would add, in one box."""
    said = []
    if found.read_on is None:
        said.append(_("Nothing says yet who has left. A campaign can begin now; load the customers again when it is over, with who left."))
    elif not found.dated:
        said.append(
            _("No days say when customers left: whoever a later load marks as lost counts, whenever they went. Load their last days.")
        )
    if "actions" not in loaded.tables:
        said.append(_("Campaigns of the past can be judged too: load the table actions with taken_on, action and arm (acted or held_out)."))
    if found.untested:
        text = plural("{n} action had nobody held out, so of it", "{n} actions had nobody held out, so of them", found.untested)
        said.append(_("{actions} nothing can be said.").format(actions=text))
    if said:
        lacking("\n\n".join(said))


def _all(found: Trials, months: float) -> None:
    """Everything that is over, put together, and each action."""
    over = [trial for trial in found.every if trial.counts]
    whole = together(over)
    if whole.difference is None:
        st.markdown(f"**{wording.escape(_('No campaign is over yet, so nothing can be said so far.'))}**")
        return
    text = whole.sentence if len(over) == 1 else _("All campaigns that are over, together: {sentence}").format(sentence=whole.sentence)
    st.markdown(f"**{wording.escape(text)}**")
    cards(_figures(whole, found, len(over)))
    st.subheader(_("By what was done"), anchor=False)
    st.caption(
        _("Each dot is the difference between those contacted and those held out; the line is where the truth lies 95 times in 100.")
    )
    chart(charts.effects(_by_title(over, whole)), key="effects")
    done = len({trial.title for trial in over})
    told = plural("{n} action is compared.", "{n} actions are compared: of 20 such, one shows a difference by chance.", done)
    rule = _("Campaigns are compared one by one and put together by their sizes. All who were to be contacted count, reached or not.")
    st.caption(f"{wording.escape(told)} {rule}")
    with st.container(horizontal=True, vertical_alignment="bottom"):
        label = _("A leaver takes along so many months of value")
        st.number_input(label, 1, 600, MONTHS, key="effect months", persist_state="session", width=340)
    st.markdown(wording.escape(money_sentence(whole.gain, months=months, unvalued=whole.unvalued)))


def _figures(whole: Verdict, found: Trials, over: int) -> list[Figure]:
    running = sum(trial.state == "running" for trial in found.every)
    sides = _("{held} held out, {acted} contacted").format(held=wording.number(whole.held_out), acted=wording.number(whole.acted))
    under_way = plural("{n} under way; outcomes known to {day}", "{n} under way; outcomes known to {day}", running)
    read = wording.date(found.read_on)
    assert whole.difference is not None
    sure = whole.gain is not None and (whole.gain.low > 0 or whole.gain.high < 0)
    gain = wording.signed(whole.gain.money) if whole.gain and sure else _("cannot be said")
    span = (
        _("95% interval {low} to {high}").format(low=wording.signed(whole.gain.low), high=wording.signed(whole.gain.high))
        if whole.gain
        else _("Too few left on one side to say")
    )
    return [
        Figure(_("Fewer or more left"), wording.points(whole.difference.difference), f"{_range(interval(whole.difference))} {sides}"),
        Figure(_("Money gained or lost"), gain, span),
        Figure(_("Campaigns over"), wording.number(over), under_way.format(day=read)),
    ]


def _range(words: str) -> str:
    return _("95% interval {interval}.").format(interval=words)


def _by_title(over: list[Trial], whole: Verdict) -> pd.DataFrame:
    """A row for each thing done, and for all of them."""
    titles = list(dict.fromkeys(trial.title for trial in over))
    found = [(title, together([trial for trial in over if trial.title == title])) for title in titles]
    rows = [_row(title, one) for title, one in found]
    return pd.DataFrame(rows if len(rows) == 1 else [_row(_("all together"), whole), *rows])


def _row(name: str, one: Verdict) -> dict[str, object]:
    assert one.difference is not None
    on = _("{acted} contacted, {held} held out").format(acted=wording.number(one.acted), held=wording.number(one.held_out))
    return {"name": name, "difference": one.difference.difference, "low": one.difference.low, "high": one.difference.high, "on": on}


def _list(found: Trials) -> None:
    st.subheader(_("Each campaign"), anchor=False)
    listed = found.every[:MOST_LISTED]
    heads = [_("Campaign"), _("Began"), _("Contacted, left"), _("Held out, left"), _("What it says")]
    tables.said(heads, [_line(trial) for trial in listed], alt=_("Each campaign and what it says, the latest first"))
    if len(found.every) > len(listed):
        st.caption(_("The latest {n} of {all}.").format(n=wording.number(len(listed)), all=wording.number(len(found.every))))


def _line(trial: Trial) -> list[str]:
    """One campaign in a row of the list."""
    sides = [trial.pair.acted, trial.pair.held_out]
    counts = [_("{left} of {all}").format(left=wording.number(side.left), all=wording.number(side.followed)) for side in sides]
    return [trial.title, wording.date(trial.day), *counts, verdict(trial).short]
