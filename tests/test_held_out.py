"""Who is held out of a running campaign appears in no list, no download, no calendar, no draft and no report."""

import re
from collections.abc import Mapping
from datetime import date, datetime, timedelta

import pandas as pd
import pytest

from churn.actions.asking_back import this_week
from churn.actions.calling import Terms
from churn.actions.campaign import acted_list
from churn.actions.candidates import Work
from churn.actions.loyal import Quote, keep_testimonial, quotes
from churn.actions.scored_list import scored_list
from churn.actions.win_back import Odds
from churn.desk_commands import calendar as calendar_command
from churn.export_command import export
from churn.filters import Filters
from churn.findings import Asked
from churn.journal import Line
from churn.money import Offer
from churn.report.calendar_file import calendar_text
from churn.report.crm import PROGRAMS, exported
from churn.report.of_desk import desk_report
from churn.report.spreadsheets import csv_bytes
from churn.store import Desk, open_desk
from tests.test_today import load, score

TODAY = date.today()  # noqa: DTZ011
TELLTALE = "Telltale"
HERE = {"T1": TELLTALE, "P1": "Plain", "O1": "Other"}
GONE = {"T2": f"{TELLTALE} who left", "L1": "Lost"}
WAYS = ("campaign", "loaded")


def ago(days: int) -> str:
    return (TODAY - timedelta(days=days)).isoformat()


def fill(desk: Desk, **more: str) -> None:
    """Loads a firm whose most valuable customers, with most risk, signs, comments and promises, and the best to win back, are Telltales."""
    rows = [f"{key},{name},{ago(900)},,{100 if key == 'O1' else 1000},Ruth" for key, name in HERE.items()]
    rows += [f"{key},{name},{ago(900)},{ago(50)},{900 if key == 'T2' else 50},Ruth" for key, name in GONE.items()]
    contacts = [f"{key},{ago(days)},in,phone,complaint,,-0.5" for key in HERE for days in range(40, 110, 10)]
    answers = [f"{key},{ago(30)},nps,2,,Comment of {key}" for key in HERE] + [f"{key},{ago(25)},nps,10,," for key in HERE]
    answers += [f"{key},{ago(20)},exit,,price,Bye of {key}" for key in HERE] + [f"{key},{ago(60)},exit,,price,Bye of {key}" for key in GONE]
    promised = [f"{key},{ago(9)},{ago(-1)},call back," for key in HERE]
    load(
        desk,
        customers="\n".join(["customer_id,name,started_on,ended_on,monthly_value,owner", *rows]),
        contacts="\n".join(["customer_id,contacted_on,direction,channel,kind,resolved_on,sentiment", *contacts]),
        surveys="\n".join(["customer_id,answered_on,question,score,reason,comment", *answers]),
        promises="\n".join(["customer_id,promised_on,due_on,what,kept_on", *promised]),
        **more,
    )
    score(desk, {"T1": 0.9, "P1": 0.5, "O1": 0.4})


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A desk of that firm, with a campaign that contacts everybody and a testimonial of each."""
    with open_desk(tmp_path / "desk") as desk:
        fill(desk)
        for key in HERE:
            keep_testimonial(desk, Quote(key, f"Words of {key}", consent=True), day=TODAY)
        members = pd.DataFrame({"customer_id": list(HERE), "arm": "acted", "stratum": 0, "risk": 0.5, "value": 1.0})
        desk.journal.note(Line("campaign", TODAY - timedelta(days=2), what="All", until=TODAY + timedelta(days=90)), members=members)
    monkeypatch.setenv("RETENTION_DESK", str(tmp_path / "desk"))
    return tmp_path / "desk"


def everything() -> dict[str, str]:
    """The text of every list, download and report with customers in it, by its name."""
    from ui import calendar, calls, feedback, figures, loyal_customers, playbook_preview, promises, signs, today, win_back
    from ui.desk import firm, the_desk

    desk = the_desk()
    version = desk.version()
    found = today.the_list(Work())
    terms = Terms(Offer(), months=12)
    lost, promised = win_back.the_lost(), promises.open_now(*desk_and_journal(desk), TODAY)
    scored = scored_list(desk, TODAY)
    campaign = int(desk.journal.lines("campaign")["number"].iloc[0])
    plan = calendar.plan_of(*desk_and_journal(desk), TODAY, 15, None)
    lists = {
        "today": found.rows,
        "left out of today": found.aside,
        "most at risk": figures.riskiest(version, Filters()),
        "most signs": signs.showing_most(version),
        "one sign": signs.showing(version, "complaints"),
        "calls": calls.the_list(version, terms, 50),
        "most valuable": calls.most_valuable(version, 50),
        "calendar": plan.planned,
        "late in the calendar": plan.alerts,
        "win-back": lost.listed,
        "win-back of the week": this_week(lost, win_back.noted(), TODAY, Odds()),
        "promises": promised,
        "loyal customers": loyal_customers.found_now(*desk_and_journal(desk), TODAY).rows,
        "testimonials": quotes(desk, TODAY),
        "whom a campaign contacts": acted_list(desk, campaign, TODAY),
        "words of the feedback": feedback._words(90, TODAY),
        **{f"promises for {program}": exported(program, promises._tasks(promised)) for program in PROGRAMS},
        **{f"scores for {program}": exported(program, scored) for program in PROGRAMS},
    }
    written = {name: csv_bytes(frame).decode() for name, frame in lists.items()}
    spoken = {
        "reasons": figures.reasons(version, Filters(), Asked(next(iter(figures.reason_sources(version))))),
        "nps": figures.nps(version, Filters(), "", ""),
    }
    written |= {name: " ".join(str(part.table.cells.to_dict()) for part in of.parts if part.table) for name, of in spoken.items()}
    digest = feedback.digest(*desk_and_journal(desk), 90, TODAY)
    return written | {
        "report": visible(desk_report(desk, today=TODAY)),
        "feedback": visible(feedback._page(firm(), digest)),
        "calendar file": calendar_text(plan, at=datetime(2026, 1, 1), sequence=1).decode(),
        "preview of a play": str(playbook_preview._first()),
    }


def by_command(folder, out) -> dict[str, str]:
    """The text of every file that a command makes of a desk, while no page has it open; the calendar over the former one."""
    from ui.desk import _opened

    _opened.clear()
    calendar_command(folder, out / "contacts.ics", None, 60)
    written = {"calendar": (out / "contacts.ics").read_text("utf-8")}
    for program in PROGRAMS:
        export(folder, program, out / f"{program}.csv", "Dear {name}" if program == "merge" else "")
        written[program] = (out / f"{program}.csv").read_text("utf-8-sig")
    return {f"{name} by command": text for name, text in written.items()}


def desk_and_journal(desk: Desk) -> tuple[int, int]:
    return desk.version(), desk.journal.version()


def visible(page: str) -> str:
    return re.sub(r"<script.*?</script>", "", page, flags=re.DOTALL)


def named(texts: Mapping[str, str]) -> set[str]:
    """In which texts a Telltale is."""
    return {name for name, text in texts.items() if TELLTALE in text or re.search(r"\bT[12]\b", text)}


def hold_out(desk: Desk, way: str) -> None:
    if way == "campaign":
        members = pd.DataFrame(
            {"customer_id": ["T1", "T2", "P1"], "arm": ["held_out", "held_out", "acted"], "stratum": 0, "risk": 0.5, "value": 1.0}
        )
        desk.journal.note(Line("campaign", TODAY - timedelta(days=1), what="Spring", until=TODAY + timedelta(days=90)), members=members)
    else:
        rows = [f"T1,{ago(5)},call,held_out,,", f"T2,{ago(5)},call,held_out,,", f"P1,{ago(5)},call,acted,,"]
        fill(desk, actions="\n".join(["customer_id,taken_on,action,arm,outcome,outcome_on", *rows]))


def let_go(desk: Desk, way: str) -> None:
    if way == "campaign":
        desk.journal.note(Line("stop", TODAY, answers=int(desk.journal.lines("campaign")["number"].iloc[-1])))
    else:
        fill(desk)


@pytest.mark.parametrize("way", [WAYS[0], *(pytest.param(way, marks=pytest.mark.long) for way in WAYS[1:])])
def test_who_is_held_out_is_in_no_list_no_download_no_calendar_and_no_report(folder, tmp_path, way):
    from ui.desk import the_desk

    def everywhere():
        return everything() | by_command(folder, tmp_path)

    before = everywhere()
    assert named(before) == set(before) - {"left out of today"}
    hold_out(the_desk(), way)
    after = everywhere()
    assert named(after) == set()
    others = {name for name, text in after.items() if re.search(r"\b(P1|O1|L1)\b", text)}
    assert others == set(before) - {"left out of today"}
    let_go(the_desk(), way)
    last = everything()
    assert named(last) == set(last) - {"left out of today"}
