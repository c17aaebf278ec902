"""The commands that fill a desk and look after it: its tables, its history, and a step back. `python -m churn` gathers them."""

import getpass
import hashlib
from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from churn.errors import FilterError, QuestionError, StoreError, TrainingError
from churn.filters import filters_from
from churn.histories import LEARNED, OF_EVENTS
from churn.intake import Intake, Progress
from churn.loads import SNAPSHOT
from churn.terminal import in_lines, room, show, tell, trained
from churn.wording import _, listing

if TYPE_CHECKING:
    from churn.store import Desk
    from churn.stored import Prepare


SAMPLE = Path(__file__).resolve().parent.parent / "sample_data"

DeskFolder = Annotated[Path, typer.Option("--desk", help=_("the folder of the desk"))]


def put_beside(desk: "Desk", intakes: Mapping[str, Intake]) -> None:
    """Adds the customers of a file to those in the desk. Raises StoreError where it holds anything else."""
    from churn.risk.of_desk import add

    if list(intakes) != ["customers"]:
        raise StoreError(_("Only customers can be added: name one file of customers, or load the tables whole."))
    add(desk, intakes["customers"], loaded_at=this_moment(), by=user())
    if desk.setting(OF_EVENTS):
        desk.set_settings({OF_EVENTS: None})


def learn(desk: Any, customers: Intake, label: str | None, lost: str | None, train_too: bool) -> dict[str, Any]:
    """The scores and settings that go into the desk with new customers; settings without a model where nobody is marked as lost."""
    from churn.risk.columns import label_columns
    from churn.risk.desk_models import kept, scores_of

    if not (train_too and (label or label_columns(customers.frame))):
        return {"settings": dict.fromkeys(LEARNED)}
    try:
        card = trained(customers, label=label, lost=lost)
    except (TrainingError, QuestionError) as error:
        raise TrainingError(_("{why} Or load without a score: --no-train.").format(why=error)) from error
    ids = customers.rows.astype("str") if customers.id_column is None else customers.frame[customers.id_column]
    return {"scores": scores_of(card, customers.frame, ids, customers.id_column), "settings": kept(desk, card)}


def prepare_for(desk: "Desk", intakes: Collection[str]) -> "Prepare":
    """What prepares the tables of a load: new customers wait for a score of their own, and are not read at the day of a snapshot that they
    take the place of."""
    from churn.prepared import Wishes, wishes_of
    from churn.risk.desk_history import preparing, preparing_again

    if "customers" not in intakes:
        return preparing_again(desk)
    return preparing(Wishes() if desk.setting(SNAPSHOT) else wishes_of(desk))


def foretold(desk: "Desk", doing: Progress | None = None) -> None:
    """Learns from the histories of a desk that has no such score yet; where they do not suffice, says why."""
    from churn.risk.desk_history import foretell, has_history
    from churn.risk.desk_models import is_foretold

    if is_foretold(desk) or not has_history(desk):
        return
    try:
        foretell(desk, trained_on=this_moment().date().isoformat(), progress=in_lines(), writing=doing)
    except TrainingError as error:
        tell(_("The tables are loaded, without a score of who leaves next: {why}").format(why=error))


def undo(
    desk: DeskFolder,
    without_scores: Annotated[
        bool, typer.Option("--without-scores", help=_("brings the tables back even where the model of their scores is gone"))
    ] = False,
) -> None:
    """Puts back what the desk held before the last load; once more, and the load is back."""
    with existing(desk) as opened:
        done = opened.undo(by=user(), at=this_moment(), scores=not without_scores)
        show({"desk": str(desk), "done": done.kind, "load": done.of, "tables": opened.tables(), "model": opened.setting("model")})


def loads(desk: DeskFolder) -> None:
    """Tells what was ever loaded into a desk, by whom and when, newest first, as JSON on standard output."""
    from churn.report.history import as_json

    with existing(desk) as opened:
        show({"desk": str(desk), "loads": as_json(opened.loads())})


def report(
    desk: DeskFolder,
    out: Annotated[Path, typer.Option(help=_("where to write the report: .html"))],
    only: Annotated[
        list[str] | None,
        typer.Option("--filter", help=_("COLUMN=VALUE, as often as wanted: only such customers; also period=12, tenure=under_1")),
    ] = None,
) -> None:
    """Writes what a desk knows as one HTML file that opens without a network and can be printed: figures, live charts and their numbers."""
    from churn.report.of_desk import desk_report
    from churn.report.outlet import outlet
    from churn.risk.desk_history import bring_up
    from churn.view import labels_of

    outlet(out)
    with existing(desk) as opened:
        if "customers" not in opened.tables():
            raise StoreError(_("There are no customers in {folder}: load a table of them first.").format(folder=desk))
        bring_up(opened)
        columns = tuple(opened.columns("customers"))
        filters = filters_from(filters_said(only or [], {column.label: column.name for column in columns}))
        out.write_text(desk_report(opened, filters, is_sample=is_sample(opened), today=this_moment().date()), "utf-8")
        show({"desk": str(desk), "filter": filters.sentence(labels_of(columns)), "out": str(out)})


def calendar(
    desk: DeskFolder,
    out: Annotated[Path, typer.Option(help=_("where to write the calendar: .ics; one that is there is brought up to date"))],
    owner: Annotated[str | None, typer.Option(help=_("only the contacts of this owner's customers"))] = None,
    days: Annotated[int, typer.Option(min=1, max=366, help=_("how many days ahead"))] = 60,
) -> None:
    """Writes whose contact is due on which day as a calendar file.

    Written over the former one, it moves what has moved and cancels what is no longer due.
    """
    from churn.actions.calendar import contact_plan, most_a_day, owners_of
    from churn.actions.due import Span
    from churn.actions.playbook import playbook_of
    from churn.actions.working import work_day
    from churn.prepared import dials_of
    from churn.report.calendar_file import calendar_text
    from churn.report.outlet import outlet
    from churn.risk.desk_history import bring_up

    outlet(out)
    with existing(desk) as opened:
        if "customers" not in opened.tables():
            raise StoreError(_("There are no customers in {folder}: load a table of them first.").format(folder=desk))
        bring_up(opened)
        dials, now = dials_of(opened), this_moment()
        span = Span(work_day(dials, now.date()), days)
        owners = owners_of(opened, dials, span.day)
        if owner is not None and owner not in owners:
            raise StoreError(_("No customer belongs to {owner}; owners are {owners}.").format(owner=owner, owners=listing(owners)))
        plan = contact_plan(opened, dials, span, plays=playbook_of(opened), most=most_a_day(opened), owner=owner)
        before = out.read_bytes() if out.exists() else b""
        version = opened.version() + opened.journal.version()
        out.write_bytes(calendar_text(plan, at=now, sequence=version, owner=owner, before=before))
        show({"desk": str(desk), "from": span.day.isoformat(), "contacts": len(plan.planned), "out": str(out)})


def filters_said(pairs: list[str], columns: Mapping[str, str]) -> dict[str, list[str]]:
    """The words of filters from COLUMN=VALUE, columns by their heading or their name in the desk. Raises FilterError for anything else.

    >>> filters_said(["Region=North", "Region=South", "period=12"], {"Region": "region"})
    {'region': ['North', 'South'], 'period': ['12']}
    """
    said: dict[str, list[str]] = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals or not name:
            raise FilterError(_("--filter wants COLUMN=VALUE, such as region=North, and got '{pair}'.").format(pair=pair))
        said.setdefault(columns.get(name, name), []).append(value)
    return said


def is_sample(desk: "Desk") -> bool:
    """Whether the customers are those of the sample firm that comes with the project."""
    file = SAMPLE / "customers.csv"
    return file.exists() and desk.source("customers").digest == hashlib.sha256(file.read_bytes()).hexdigest()


def user() -> str:
    """The operating system's name of whoever runs the command, "" where it has none."""
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return ""


def this_moment() -> datetime:
    """The present moment in UTC, as a desk notes it."""
    return datetime.now(UTC).replace(tzinfo=None)


def existing(folder: Path) -> "Desk":
    """The desk in a folder, opened. Raises StoreError where there is none."""
    from churn.store import open_desk

    if not (folder / "desk.duckdb").is_file():
        raise StoreError(_("There is no desk in {folder}: name the folder that tables were loaded into.").format(folder=folder))
    return open_desk(folder, room())
