"""All files of a load -> the tables that go into the desk together: each row with its customer, several files of a table as one."""

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd

from churn.errors import IntakeError, QuestionError
from churn.gathering import PRODUCTS, Piece
from churn.intake import Duplicates, Field, Intake, understood
from churn.linking import Known, linked, tells_customers_apart
from churn.products import not_listed
from churn.stacking import stacked
from churn.tables import CUSTOMERS, TABLES
from churn.typed import Typed
from churn.wording import _, listing, plural

LEARNED = ("model", "label", "lost", "deeper", "history")  # settings that go with the customers that they were learned from
OF_EVENTS = "customers of events"


if TYPE_CHECKING:
    from churn.store import Desk


@dataclass(frozen=True, eq=False)
class History:
    """The `tables` to load (typed files still unread), the `files` that they came from, each as read, and sentences on what was done;
    `made`: there was no table of customers, and the one in `tables` was made of the events."""

    tables: Mapping[str, Intake | Typed]
    files: tuple[Intake, ...]
    told: tuple[str, ...]
    made: bool


def history_of(desk: "Desk", pieces: Sequence[Piece], *, typed: Sequence[Typed] = (), duplicates: Duplicates | None = None) -> History:
    """All files read and linked; `typed` ones are linked where they are loaded. Raises IntakeError where one cannot be used,
    QuestionError where its owner must say something first."""
    customers = [understood(piece.opened, CUSTOMERS, piece.options).settled() for piece in pieces if piece.table == CUSTOMERS.name]
    events = [piece for piece in pieces if piece.table in TABLES and piece.table != CUSTOMERS.name]
    whole = stacked(customers, CUSTOMERS, duplicates=duplicates) if customers else None
    if typed and whole is not None and whole.id_column is None:
        raise _no_ids(whole, [found.file for found in typed])
    known = known_customers(desk, whole, events)
    files = [(piece.table, linked(piece, pieces, known).settled()) for piece in events]
    every = (*customers, *(intake for _table, intake in files))
    told = [_("{file}: {note}").format(file=intake.file, note=note) for intake in every for note in intake.notes]
    told += not_listed([piece for piece in pieces if piece.table == PRODUCTS], [piece for piece in events if piece.table == "orders"])
    tables, made = together(desk, files, known)
    if made:
        told += tables[CUSTOMERS.name].notes
    own = {} if whole is None else {CUSTOMERS.name: whole}
    return History({**own, **tables, **{found.table.name: found for found in typed}}, every, tuple(told), made)


def has_customers(desk: "Desk") -> bool:
    """Whether the desk holds customers of its own, with ids, to whom events can point."""
    if CUSTOMERS.name not in desk.tables() or desk.setting(OF_EVENTS):
        return False
    return any(column.name == "customer_id" for column in desk.columns(CUSTOMERS.name))


def known_customers(desk: "Desk", customers: Intake | None, events: Sequence[Piece]) -> Known | None:
    """The customers that events may point to: those of a file, else those of the desk; None where there are only events, whose customers
    these then are. Raises IntakeError where the customers have no ids and events need them."""
    if not events:
        return None
    if customers is not None:
        if customers.id_column is None:
            raise _no_ids(customers, [event.name for event in events], events)
        return Known(customers.file, customers.id_column, customers.frame)
    if CUSTOMERS.name not in desk.tables() or desk.setting(OF_EVENTS):
        return None
    label = next((column.label for column in desk.columns(CUSTOMERS.name) if column.name == "customer_id"), None)
    file = desk.source(CUSTOMERS.name).file
    if label is None:
        raise IntakeError(_("The customers in the desk, from {file}, have no ids: load them with a column of ids first.").format(file=file))
    return Known(file, label, desk.frame(CUSTOMERS.name))


def _no_ids(customers: Intake, names: Sequence[str], events: Sequence[Piece] = ()) -> IntakeError:
    """Which header is the customers' id, asked or told."""
    likely = next((field.source for field in customers.fields if field.proposed == "customer_id"), None)
    likely = likely or next((header for event in events for header in tells_customers_apart(customers.frame, event)), None)
    if likely:
        text = _("{file}: is the column '{source}' the customer_id that {events} can point to? Say --map 'customers.{source}=customer_id'.")
        return QuestionError(text.format(file=customers.file, source=likely, events=listing(names)))
    text = _("{file} has no column of ids, so {events} cannot point to its customers: say --map customers.SOURCE=customer_id.")
    return IntakeError(text.format(file=customers.file, events=listing(names)))


def together(desk: "Desk", files: Sequence[tuple[str, Intake]], known: Known | None) -> tuple[dict[str, Intake], bool]:
    """Events by table, several files of one as one, customers under the header of their ids; with their customers, and whether these were
    made, where none are known."""
    names = [name for name in TABLES if any(table == name for table, _intake in files)]
    tables = {name: stacked([intake for table, intake in files if table == name], TABLES[name]) for name in names}
    if known is not None:
        return {name: _headed(intake, known.id_column) for name, intake in tables.items()}, False
    if not tables:
        return {}, False
    held = [name for name in desk.tables() if name not in tables and name != CUSTOMERS.name]
    others = {name: desk.frame(name).rename(columns={column.label: column.name for column in desk.columns(name)}) for name in held}
    return {CUSTOMERS.name: customers_of(tables, others), **tables}, True


def _headed(intake: Intake, header: str) -> Intake:
    """The intake with its customers' ids under this header."""
    own = intake.id_column
    if own is None or header in intake.frame:
        return intake
    fields = tuple(replace(field, source=header) if field.source == own else field for field in intake.fields if field.source != header)
    spelled = {header if name == own else name: cells for name, cells in intake.spelled.items()}
    return replace(intake, frame=intake.frame.rename(columns={own: header}), fields=fields, spelled=spelled)


def customers_of(events: Mapping[str, Intake], others: Mapping[str, pd.DataFrame]) -> Intake:
    """A table of the customers that the events are of: their ids, and the day of the first order where there are orders.

    `others` are tables that the desk holds besides, under the names of the schema's columns.
    """
    frames = {name: intake.frame.rename(columns=_names(intake)) for name, intake in events.items()} | dict(others)
    ids = pd.concat([frame["customer_id"] for frame in frames.values()], ignore_index=True).dropna().drop_duplicates()
    frame = pd.DataFrame({"customer_id": ids.astype("str").reset_index(drop=True)})
    told = _("No table of customers: they are those of {files}.")
    if "orders" in frames:
        first = frames["orders"].groupby("customer_id")["ordered_on"].min()
        frame["started_on"] = frame["customer_id"].map(first).astype("datetime64[s]")
        told = _("No table of customers: they are those of {files}, each from the day of the first order on.")
    files = listing(list(dict.fromkeys(intake.file for intake in events.values())))
    digest = hashlib.sha256("".join(["customers", *(intake.digest for intake in events.values())]).encode()).hexdigest()
    fields = [Field(name, name, CUSTOMERS.column(name).type, int(frame[name].isna().sum()), (), 1.0) for name in map(str, frame)]  # type: ignore[union-attr]
    rows = np.arange(1, len(frame) + 1, dtype=np.int64)
    note = (told.format(files=files),)
    return Intake(files, None, None, None, 0, len(frame), frame, rows, tuple(fields), (), (), digest, notes=note)


def of_nobody(desk: "Desk", loaded: Collection[str] = ()) -> list[str]:
    """Sentences on rows of events in the desk that point to none of its customers, as where other customers were loaded; those of tables
    that were `loaded` with them have been looked at."""
    told = []
    with desk.reading() as frames:
        for name in [name for name in TABLES if name in frames and name not in (CUSTOMERS.name, *loaded)]:
            strays = frames[name].join(frames[CUSTOMERS.name].select("customer_id"), on="customer_id", how="anti")
            if count := int(strays.select(n=nw.len()).collect("pandas").to_native()["n"].iloc[0]):
                text = plural(
                    "{n} row of {table} that the desk held before points to none of these customers.",
                    "{n} rows of {table} that the desk held before point to none of these customers.",
                    count,
                )
                told.append(text.format(table=name))
    return told


def _names(intake: Intake) -> dict[str, str]:
    return {field.source: field.column for field in intake.fields if field.column}
