"""Promises: what is open, drawn with a click to mark each kept; a new one; and how promises were kept so far."""

from datetime import date, timedelta
from typing import Any

import narwhals.stable.v2 as nw
import pandas as pd
import streamlit as st

from churn import charts, wording
from churn.actions.promises import SOON_DAYS, Promise, Standing, kept_by_month, mark_kept, note_promise, promises_open, standing
from churn.charts import Chart
from churn.findings import Figure
from churn.measures.dialect import small
from churn.signs.telling import told_sentence
from churn.wording import _, plural
from ui.desk import dials, the_desk, who
from ui.links import open_customer
from ui.noting import choose_customer, noted
from ui.outward import take_along
from ui.show import chart
from ui.working import now

MOST_SHOWN = 200
MONTHS = 12


@st.cache_data(max_entries=4, show_spinner=False)
def open_now(version: int, journal: int, day: date) -> pd.DataFrame:
    """`promises_open` with `standing`."""
    found = promises_open(the_desk(), day)
    return found.assign(standing=[standing(due, day) for due in found["due_on"]])


@st.cache_data(max_entries=4, show_spinner=False)
def kept_so_far(version: int, journal: int, day: date) -> pd.DataFrame:
    """`kept_by_month`."""
    return kept_by_month(the_desk(), day)


@st.cache_data(max_entries=4, show_spinner=False)
def record(version: int) -> dict[Any, Any] | None:
    """What became of customers with a broken promise against those without; None where that is not known."""
    with the_desk().reading() as frames:
        if "sign_record" not in frames:
            return None
        found = small(frames["sign_record"].filter(nw.col("sign") == nw.lit("promise_broken")))
    return None if found.empty or not found["fired"].iloc[0] else found.iloc[0].to_dict()


def figures(found: pd.DataFrame, day: date) -> list[Figure]:
    """How many are broken, due soon, and due later."""
    counts = found["standing"].value_counts()
    until = wording.date(day + timedelta(days=SOON_DAYS))
    labels: dict[Standing, tuple[str, str]] = {
        "broken": (_("Broken"), _("Due before {day} and not kept").format(day=wording.date(day))),
        "soon": (_("Due within {n} days").format(n=wording.number(SOON_DAYS)), _("By {day}").format(day=until)),
        "later": (_("Later"), _("Due after {day}, or without a day").format(day=until)),
    }
    return [Figure(label, wording.number(counts.get(key, 0)), on) for key, (label, on) in labels.items()]


def listed(found: pd.DataFrame, day: date) -> None:
    """Draws the open promises by how they stand: those due soon first, since they can still be kept, then the broken, the latest first."""
    titles: dict[Standing, str] = {"soon": _("Due soon: keep these"), "broken": _("Broken: say sorry and keep them"), "later": _("Later")}
    for key, title in titles.items():
        rows = found[found["standing"] == key]
        if rows.empty:
            continue
        st.subheader(title, anchor=False)
        if key == "broken":
            rows = rows.sort_values(["due_on", "customer_id"], ascending=[False, True])
        _table(rows.head(MOST_SHOWN), day, key)
        if len(rows) > MOST_SHOWN:
            st.caption(_("{shown} of {all} shown.").format(shown=wording.number(MOST_SHOWN), all=wording.number(len(rows))))


def to_take(found: pd.DataFrame) -> None:
    """Draws the way to take the list along."""
    take_along(lambda: _tasks(found), rows=len(found), file="promises", key="promises")


def ask_new(day: date) -> None:
    """Draws what a new promise needs."""
    with st.expander(_("Add a promise"), icon=":material/add:"):
        customer = choose_customer(day, key="promise")
        with st.form("promise", border=False, clear_on_submit=True):
            what = st.text_input(_("What was promised?"), max_chars=500)
            due = st.date_input(_("Due on"), day + timedelta(days=7), min_value=day)
            if st.form_submit_button(_("Note it"), type="primary", disabled=customer is None) and customer is not None:
                promise = Promise(customer, what, day, due)
                if noted(lambda: note_promise(the_desk(), promise, day=day, by=who(), at=now()), told=_("Promise noted.")):
                    st.rerun()


def so_far(kept: pd.DataFrame, told: dict[Any, Any] | None) -> None:
    """Draws how promises were kept by month, and what became of customers with a broken one."""
    st.subheader(_("How promises were kept"), anchor=False)
    last = kept.tail(MONTHS)
    n, in_time = int(last["promises"].sum()), int(last["kept"].sum())
    if n < 10:
        few = _("{promises} due so far, {kept} kept in time: too few for a share.")
        st.caption(few.format(promises=_promises(n), kept=wording.number(in_time)))
    else:
        about = _("In time: {share} of the {n} promises that were due in the last {months} months with any.")
        st.caption(about.format(share=wording.percent(in_time / n, 0), n=wording.number(n), months=wording.number(len(last))))
        chart(_drawn(last), key="promises kept")
    found = dials()
    if told is not None and found is not None:
        st.markdown(wording.escape(_('The sign "We broke a promise": {told}').format(told=told_sentence(told, found.look_ahead))))
        st.caption(_("An association: it does not prove that the broken promise made them leave."))


def _drawn(kept: pd.DataFrame) -> Chart:
    points = kept.rename(columns={"month": "period", "share": "value", "kept": "part", "promises": "whole"})
    headings = {"part": _("Kept in time"), "whole": _("Promises due")}
    return charts.trend(points, title=_("Promises kept in time"), every="month", counted=_promises, headings=headings)


def _promises(n: int) -> str:
    return plural("{n} promise", "{n} promises", n)


def _table(rows: pd.DataFrame, day: date, key: str) -> None:
    shown = pd.DataFrame(
        {
            "customer": rows["name"].to_numpy(),
            "what": rows["what"].to_numpy(),
            "due": [wording.date(due) if pd.notna(due) else _("no day") for due in rows["due_on"]],
            "late": [_late(due, day) for due in rows["due_on"]],
            "owner": rows["owner"].to_numpy(),
            "kept": _("Kept"),
        }
    )
    if not (rows["owner"] != "").any():
        shown = shown.drop(columns="owner")
    promises = tuple(_promise(row) for row in rows.to_dict("records"))
    config: dict[str, Any] = {
        "customer": st.column_config.ButtonColumn(
            _("Customer"), key=f"{key} opened", on_click=_open, args=(f"{key} opened", promises), type="tertiary", alignment="left"
        ),
        "what": st.column_config.TextColumn(_("What was promised")),
        "due": st.column_config.TextColumn(_("Due on")),
        "late": st.column_config.TextColumn(_("When")),
        "owner": st.column_config.TextColumn(_("Owner")),
        "kept": st.column_config.ButtonColumn(
            _("Mark"), key=f"{key} kept", on_click=_keep, args=(f"{key} kept", promises, day), type="secondary"
        ),
    }
    st.dataframe(shown, column_config=config, hide_index=True, key=f"promises {key}", alt=_("Open promises"), height="auto")


def _late(due: Any, day: date) -> str:
    if pd.isna(due):
        return ""
    days = (pd.Timestamp(due).date() - day).days
    if days < 0:
        return plural("{n} day late", "{n} days late", -days)
    return plural("in {n} day", "in {n} days", days) if days else _("today")


def _promise(row: dict[Any, Any]) -> Promise:
    promised, due = (None if pd.isna(row[name]) else pd.Timestamp(row[name]).date() for name in ("promised_on", "due_on"))
    return Promise(row["customer_id"], row["what"], promised, due, None if pd.isna(row["line"]) else int(row["line"]))


def _open(clicked: str, promises: tuple[Promise, ...]) -> None:
    open_customer(promises[st.session_state[clicked].row].customer_id)


def _keep(clicked: str, promises: tuple[Promise, ...], day: date) -> None:
    promise = promises[st.session_state[clicked].row]
    noted(lambda: mark_kept(the_desk(), promise, day=day, by=who(), at=now()), told=_("Noted as kept."))


def _tasks(found: pd.DataFrame) -> pd.DataFrame:
    """The open promises with a due day as tasks."""
    due = found[found["due_on"].notna()]
    why = [_("Promised on {day}.").format(day=wording.date(made)) if pd.notna(made) else _("Promised.") for made in due["promised_on"]]
    title = [_("Keep the promise: {what}").format(what=what) for what in due["what"]]
    return due[["customer_id", "name", "owner"]].assign(why=why, title=title, due=due["due_on"])
