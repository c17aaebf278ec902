"""The command that loads tables into a desk. `python -m churn` gathers it with the others."""

from collections.abc import Collection
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from churn.desk_commands import DeskFolder, foretold, learn, prepare_for, put_beside, this_moment, user
from churn.gathering import Piece, gather
from churn.histories import LEARNED, OF_EVENTS, History, has_customers, history_of, of_nobody
from churn.intake import Intake, Progress, ReadOptions
from churn.intake.options import reads_a_file
from churn.intake.said import answers_of, constants_of, said_again
from churn.snapshot_commands import snapshot_named, take_snapshot
from churn.tables import TABLES
from churn.terminal import LabelColumn, Lost, patiently, room, show, tell, tell_rejected
from churn.typed import LARGE
from churn.wording import _

if TYPE_CHECKING:
    from churn.store import Desk


@reads_a_file
def load(
    files: Annotated[list[Path], typer.Argument(help=_("a folder, a workbook, files named after tables, or TABLE=FILE"))],
    options: ReadOptions,
    desk: DeskFolder,
    train_too: Annotated[
        bool, typer.Option("--train/--no-train", help=_("whether to learn a score where customers are marked as lost"))
    ] = True,
    if_empty: Annotated[bool, typer.Option("--if-empty", help=_("does nothing where the desk already holds customers"))] = False,
    add: Annotated[
        bool, typer.Option("--add", help=_("puts the customers of a file beside those in the desk; known ids take its cells"))
    ] = False,
    constants: Annotated[
        list[str] | None, typer.Option("--set", help=_("TABLE.COLUMN=VALUE: what a column that the file lacks holds in all rows"))
    ] = None,
    label: LabelColumn = None,
    lost: Lost = None,
) -> None:
    """Loads tables, or a snapshot, into a desk, all of them or none, and learns a score where the customers table marks the lost.

    customers=accounts.csv says which table a file is; several files may hold one table; products=FILE only checks what orders name. --map
    and --set may be meant for one table or file: --map orders.SOURCE=COLUMN.
    """
    from churn.report.history import same_file
    from churn.store import open_desk

    if snapshot := snapshot_named(files, refused=options != ReadOptions() or add or bool(constants or label or lost)):
        take_snapshot(desk, snapshot, if_empty=if_empty, at=this_moment(), by=user())
        return
    with open_desk(desk, room()) as opened, patiently(opened) as doing:
        if not (if_empty and "customers" in opened.tables()):
            known, large = has_customers(opened), None if add else LARGE
            said = constants_of(constants or [])
            gathered = gather(files, options, said, large=large, customers_known=known, remembered=opened.remembered, progress=doing)
            pieces = [like_before(opened, piece) for piece in gathered.pieces]
            found = history_of(opened, pieces, typed=gathered.typed, duplicates=options.duplicates)
            for sentence in (*gathered.told, *found.told):
                tell(sentence)
            for intake in found.tables.values():
                if told := same_file(intake.file, opened.earlier_loads(intake.digest), intake.digest):
                    tell(told)
            if add:
                put_beside(opened, {name: intake for name, intake in found.tables.items() if isinstance(intake, Intake)})
            else:
                put_in(opened, found, label, lost, train_too=train_too, doing=doing)
            tell_rejected(*found.files)
            for piece in gathered.pieces:
                if (answers := answers_of(piece.options)) and piece.table in TABLES:
                    opened.remember(piece.opened.shape(TABLES[piece.table]), answers)
        show({"desk": str(desk), "tables": opened.tables(), "model": opened.setting("model"), "history": opened.setting("history")})


def put_in(desk: "Desk", found: History, label: str | None, lost: str | None, *, train_too: bool, doing: Progress) -> None:
    """Puts the tables into the desk with a score where customers are marked as lost; then learns who leaves next."""
    customers, own = found.tables.get("customers"), {}
    if isinstance(customers, Intake):
        own = learn(desk, customers, label, lost, train_too) if not found.made else {}
        own["settings"] = {**own.get("settings", dict.fromkeys(LEARNED)), OF_EVENTS: found.made or None}
    poured = desk.load(found.tables, **own, loaded_at=this_moment(), by=user(), prepare=prepare_for(desk, found.tables), progress=doing)
    for done in poured.values():
        for note in done.notes:
            tell(_("{file}: {note}").format(file=done.file, note=note))
    tell_rejected(*poured.values())
    tell_strays(desk, poured)
    if train_too:
        foretold(desk, doing)


def like_before(desk: "Desk", piece: Piece) -> Piece:
    """A file with what its owner says of it, else with what was said of the last file of the same shape that was loaded into the desk."""
    if answers_of(piece.options) or piece.table not in TABLES:
        return piece
    answers = desk.remembered(piece.opened.shape(TABLES[piece.table]))
    if not answers:
        return piece
    tell(_("{file} is read as the last file with these headers was.").format(file=piece.name))
    return replace(piece, options=said_again(piece.options, answers))


def tell_strays(desk: "Desk", loaded: Collection[str] = ()) -> None:
    """Tells which rows in the desk point to none of its customers, those of tables just `loaded` aside."""
    for sentence in of_nobody(desk, loaded):
        tell(sentence)
