"""The command that writes a desk's scored customers as a file for another program."""

from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal

import typer

from churn.desk_commands import DeskFolder, existing
from churn.errors import IntakeError, StoreError
from churn.report.crm.shapes import ENDINGS, Program
from churn.terminal import show, tell
from churn.wording import _, listing

Of = Literal["scored", "today"]


def export(
    desk: DeskFolder,
    program: Annotated[Program, typer.Option("--as", help=_("the program that imports the file"))],
    out: Annotated[Path, typer.Option(help=_("where to write the file: .csv or .xlsx"))],
    message: Annotated[
        str, typer.Option(help=_("for a mail merge: the text, with {name}, {contact_name} and {owner} to be filled in"))
    ] = "",
    rows_of: Annotated[Of, typer.Option("--list", help=_("scored: all active customers, riskiest first; today: today's list"))] = "scored",
) -> None:
    """Writes the scored active customers, riskiest first, or today's list, as a file that another program imports.

    Who is held out of a campaign is left out. Columns and types stand in docs/export.md. Nothing is sent anywhere.
    """
    from churn.actions.scored_list import scored_list
    from churn.actions.today import today_tasks
    from churn.actions.working import work_day
    from churn.prepared import dials_of
    from churn.report.crm import file_bytes
    from churn.report.crm.merging import filled
    from churn.report.outlet import outlet
    from churn.risk.desk_history import bring_up

    if out.suffix.lower() not in ENDINGS:
        raise IntakeError(_("{out} must end in one of {endings}.").format(out=out.name, endings=listing(ENDINGS)))
    if message and program != "merge":
        raise IntakeError(_("--message is for --as merge: an account has no message."))
    outlet(out)
    with existing(desk) as opened:
        if "customers" not in opened.tables():
            raise StoreError(_("There are no customers in {folder}: load a table of them first.").format(folder=desk))
        bring_up(opened)
        day = work_day(dials_of(opened), datetime.now().astimezone().date())
        rows = scored_list(opened, day) if rows_of == "scored" else today_tasks(opened, day)
        if message:
            rows = rows.assign(message=filled(message, rows))
    if rows["risk"].isna().all():
        tell(_("No risks are known or to be trusted: the file goes by what customers pay."))
    out.write_bytes(file_bytes(program, rows, out.suffix.lower()))
    show({"desk": str(desk), "as": program, "list": rows_of, "rows": len(rows), "out": str(out)})
