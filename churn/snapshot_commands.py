"""The command that makes a snapshot, and what `load` does with one."""

from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from churn.errors import StoreError
from churn.loads import SNAPSHOT
from churn.wording import _


def snapshot_named(files: list[Path], *, refused: bool) -> Path | None:
    """The folder of the snapshot that is to be loaded; None where files are.

    Raises StoreError where it comes with anything else (`refused`: with what is said of files).
    """
    from churn.snapshot.taking import is_snapshot

    named = next((file for file in files if is_snapshot(file)), None)
    if named is not None and (len(files) > 1 or refused):
        raise StoreError(
            _("{folder} is a snapshot and is loaded as it is: name it alone, without what is said of files.").format(folder=named)
        )
    return named


def take_snapshot(desk: Path, folder: Path, *, if_empty: bool, at: datetime, by: str) -> None:
    """Puts a snapshot into the desk in a folder, and tells so as `load` does."""
    from churn.report.history import same_file
    from churn.snapshot.taking import take
    from churn.store import open_desk
    from churn.terminal import patiently, room, show, tell

    with open_desk(desk, room()) as opened, patiently(opened) as doing:
        if not (if_empty and "customers" in opened.tables()):
            before = opened.loads()
            doing(0.0, folder.name)
            kept = take(opened, folder, at=at, by=by, progress=doing)
            again = [load for load in before if any(table.digest == kept.digest for table in load.tables)]
            if told := same_file(folder.name, again, kept.digest):
                tell(told)
        found: dict[str, Any] = {"desk": str(desk), "tables": opened.tables(), "snapshot": opened.setting(SNAPSHOT)}
        show(found | {"model": opened.setting("model"), "history": opened.setting("history")})


def snapshot(
    folder: Annotated[
        str,
        typer.Option("--in", help=_("the folder with customers.parquet, orders.parquet and so on; for Spark also hdfs://...")),
    ],
    out: Annotated[str, typer.Option(help=_("the folder of the snapshot: a new one, or one that holds a snapshot"))],
    as_of: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help=_("what happened before this day is known"))],
    engine: Annotated[Literal["duckdb", "spark"], typer.Option(help=_("what computes it"))] = "duckdb",
    model: Annotated[Path | None, typer.Option(help=_("a model learned from histories, to score everybody by"))] = None,
    gone_after: Annotated[
        int | None, typer.Option(min=0, help=_("days without an order after which a customer counts as gone; 0: only by ended_on"))
    ] = None,
    look_ahead: Annotated[int | None, typer.Option(min=1, help=_("days to look ahead"))] = None,
    master: Annotated[str | None, typer.Option(help=_("the address of the Spark cluster; none: this machine alone"))] = None,
) -> None:
    """Computes how all customers stand as of a day, from Parquet files to Parquet files, which `load` puts into a desk."""
    from churn.prepared import Wishes
    from churn.risk.keeping import load as load_model
    from churn.snapshot import snapshot as make
    from churn.terminal import patiently, room, show, tell

    card = load_model(model) if model else None
    wishes = Wishes(as_of=as_of.date(), gone_after=gone_after, look_ahead=look_ahead)
    with patiently() as doing:
        if engine == "spark":
            from churn.snapshot.on_spark import snapshot_on_spark

            rows = snapshot_on_spark(folder, out, wishes, card, master=master or "local[*]", tell=doing, note=tell)
        elif master:
            raise StoreError(_("--master is of Spark: say --engine spark with it."))
        else:
            rows = make(Path(folder), Path(out), wishes, card, room=room(), tell=doing, note=tell)
    show({"out": out, "as_of": as_of.date().isoformat(), "engine": engine, "rows": rows})
