"""The commands that look after a desk: its history, and a step back. `python -m churn` gathers them."""

import getpass
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from churn.errors import StoreError
from churn.wording import _

if TYPE_CHECKING:
    from churn.store import Desk

DeskFolder = Annotated[Path, typer.Option("--desk", help=_("the folder of the desk"))]


def undo(
    desk: DeskFolder,
    without_scores: Annotated[
        bool, typer.Option("--without-scores", help=_("brings the tables back even where the model of their scores is gone"))
    ] = False,
) -> None:
    """Puts back what the desk held before the last load; once more, and the load is back."""
    with _existing(desk) as opened:
        done = opened.undo(by=user(), at=this_moment(), scores=not without_scores)
        _show({"desk": str(desk), "done": done.kind, "load": done.of, "tables": opened.tables(), "model": opened.setting("model")})


def loads(desk: DeskFolder) -> None:
    """Tells what was ever loaded into a desk, by whom and when, newest first, as JSON on standard output."""
    from churn.report.history import as_json

    with _existing(desk) as opened:
        _show({"desk": str(desk), "loads": as_json(opened.loads())})


def user() -> str:
    """The operating system's name of whoever runs the command, "" where it has none."""
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return ""


def this_moment() -> datetime:
    """The present moment in UTC, as a desk notes it."""
    return datetime.now(UTC).replace(tzinfo=None)


def _existing(folder: Path) -> "Desk":
    from churn.store import open_desk

    if not (folder / "desk.duckdb").is_file():
        raise StoreError(_("There is no desk in {folder}: name the folder that tables were loaded into.").format(folder=folder))
    return open_desk(folder)


def _show(found: dict[str, Any]) -> None:
    from churn.report.outlet import json_text

    sys.stdout.write(json_text(found, encoding=sys.stdout.encoding) + "\n")
    sys.stdout.flush()
