"""One campaign: what it says, by group, what reps noted, whom it contacts, and how it is stopped."""

import pandas as pd
import streamlit as st

from churn import charts, wording
from churn.actions import campaign
from churn.actions.comparing import Pair
from churn.actions.following import Trial, Trials
from churn.actions.playbook import playbook_of
from churn.actions.verdict import LEAST_IN_GROUP, groups, money_sentence, verdict
from churn.view import columns_of, labels_of
from churn.wording import _, plural
from ui import downloads, figures
from ui.campaign_news import NEWS, found_trials
from ui.desk import Firm, the_desk, who
from ui.outward import take_along
from ui.show import chart
from ui.working import now, the_day


def show(loaded: Firm, found: Trials, months: float) -> None:
    """One campaign, chosen out of all."""
    st.subheader(_("One campaign"), anchor=False)
    by_key = {trial.key: trial for trial in found.every}
    key = st.selectbox(_("Campaign"), list(by_key), format_func=lambda key: _name(by_key[key]), key="effect campaign", width=460)
    trial = by_key[key]
    told = verdict(trial)
    st.markdown(f"**{wording.escape(told.sentence)}**")
    if trial.state == "over":
        st.markdown(wording.escape(money_sentence(told.gain, months=months)))
    for line in _facts(trial):
        st.caption(wording.escape(line))
    if trial.counts:
        _by_group(trial, found, months)
    if trial.number is not None:
        _reps_said(trial.number)
        _acted_on(loaded, trial)
        if trial.state == "running" and trial.until > the_day():
            _stop(trial)


def _name(trial: Trial) -> str:
    return _("{title}, {day}").format(title=trial.title, day=wording.date(trial.day))


def _facts(trial: Trial) -> list[str]:
    """How the campaign was made and what was left out of its figures."""
    said = []
    if trial.number is not None:
        more, titles = trial.more, {play.key: play.title for play in playbook_of(the_desk())}
        text = _("{play}. For: {filters}. {share} held out, followed for {days}; drawn with the seed {seed}.")
        said.append(
            text.format(
                play=titles.get(more.get("play", ""), more.get("play")) or trial.title,
                filters=more.get("filters") or _("all active customers"),
                share=wording.percent(more["share"], 0),
                days=plural("{n} day", "{n} days", int(more["horizon_days"])),
                seed=more["seed"],
            )
        )
    else:
        said.append(_("From the loaded table of actions. An effect only if its held out were drawn at random."))
    if more_why := trial.more.get("why"):
        said.append(_("Stopped because: {why}").format(why=more_why))
    if trial.gone:
        said.append(
            plural("{n} had left before it began and is not counted.", "{n} had left before it began and are not counted.", trial.gone)
        )
    if trial.unknown:
        text = plural("Of {n} the data say nothing", "Of {n} the data say nothing", trial.unknown)
        said.append(_("{those}: they are not counted.").format(those=text))
    return said


def _by_group(trial: Trial, found: Trials, months: float) -> None:
    """The same campaign, with all others of its name, by a column of the customers."""
    desk, labels = the_desk(), labels_of(columns_of(the_desk()))
    columns = list(figures.levels(desk.version()))
    if not columns:
        return
    own = {column for column in columns if column in {one.name for one in desk.columns("customers")}}
    column = st.selectbox(
        _("By segment"),
        [column for column in columns if column in own],
        index=None,
        format_func=lambda name: labels.get(name, name),
        placeholder=_("Choose a column"),
        key="effect column",
        width=300,
    )
    if column is None:
        return
    grouped = found_trials(desk.version(), desk.journal.version(), months, column).groups
    pairs: dict[str, list[Pair]] = {}
    for other in found.every:
        if other.counts and other.title == trial.title:
            for name, pair in grouped[other.key].items():
                pairs.setdefault(name or _("missing"), []).append(pair)
    split = groups(pairs)
    if split.told:
        rows = [
            {
                "name": one.name,
                "difference": one.difference.difference,
                "low": one.difference.low,
                "high": one.difference.high,
                "on": _("95% for all groups at once"),
            }
            for one in split.told
        ]
        chart(charts.effects(pd.DataFrame(rows)), key="effects by group")
        text = plural("{n} comparison", "{n} comparisons, their intervals widened so that all hold at once 95 times in 100", len(rows))
        st.caption(wording.escape(_("{comparisons}, over all campaigns of this name.").format(comparisons=text)))
    if split.small:
        text = _("Too few to be told alone: {names}. That takes {least} customers and 5 leavers on each side.")
        st.caption(wording.escape(text.format(names=wording.listing(split.small), least=wording.number(LEAST_IN_GROUP))))


def _reps_said(number: int) -> None:
    """What was noted, as what it is."""
    said = campaign.said_of(the_desk(), number)
    if said.empty:
        return
    words = {
        "agreed": _("agreed to stay"),
        "thinking": _("thinking about it"),
        "leaving": _("want to leave"),
        "not_reached": _("not reached"),
        "left": _("have left"),
        "came_back": _("came back"),
        "told": _("were told"),
    }
    acted = said[said["arm"] == "acted"]
    parts = [f"{words.get(outcome, outcome)} {wording.number(n)}" for outcome, n in zip(acted["outcome"], acted["customers"], strict=True)]
    if parts:
        text = _("What was noted on those contacted (no part of the figures above): {what}.")
        st.caption(wording.escape(text.format(what=wording.listing(parts))))
    broken = int(said.loc[(said["arm"] == "held_out") & (said["outcome"] != "not_reached"), "customers"].sum())
    if broken:
        text = plural("{n} of the held out was contacted all the same", "{n} of the held out were contacted all the same", broken)
        st.caption(wording.escape(_("{those}: that makes the difference smaller than it is.").format(those=text)))


def _acted_on(loaded: Firm, trial: Trial) -> None:
    """Whom to contact, to take along; never who is held out."""
    assert trial.number is not None
    desk = the_desk()
    rows = campaign.acted_list(desk, trial.number, the_day())
    with st.container(horizontal=True, vertical_alignment="center"):
        downloads.both(lambda: rows, rows=len(rows), file=loaded.file, key=f"acted {trial.number}", ending=f"campaign_{trial.number}")
        tasks = rows.rename(columns={"monthly_value": "value"}).assign(title=trial.title, due=pd.Timestamp(the_day()))
        take_along(lambda: tasks, rows=len(rows), file=f"campaign_{trial.number}", key=f"take {trial.number}")
        text = plural("{n} customer to contact", "{n} customers to contact", len(rows))
        st.caption(wording.escape(_("{whom}; who is held out is in no list.").format(whom=text)), width="content")


def _stop(trial: Trial) -> None:
    assert trial.number is not None
    with st.expander(_("Stop this campaign"), icon=":material/stop_circle:"):
        day = wording.date(trial.until)
        st.caption(_("It ends by itself on {day}. Stopped before, nothing can be said of it, unless it did clear harm.").format(day=day))
        reason = st.text_input(_("Why?"), key=f"stop reason {trial.number}", max_chars=300)
        if st.button(_("Stop it"), key=f"stop {trial.number}", disabled=not reason.strip()):
            campaign.stop(the_desk(), trial.number, reason=reason, day=the_day(), at=now(), by=who())
            st.session_state[NEWS] = _("{title} is stopped.").format(title=trial.title)
            st.rerun()
