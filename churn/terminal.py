"""What all commands share: a file read, what is told on standard error, results on standard output."""

import os
import re
import signal
import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from churn import wording
from churn.intake import Intake, Progress, ReadOptions, read
from churn.intake.said import bytes_of
from churn.opening import Room, room_of
from churn.tables import TABLES
from churn.wording import _

if TYPE_CHECKING:
    from churn.putting import Poured
    from churn.risk import Scorecard
    from churn.store import Desk

PATIENCE_SECONDS = 2.0
LabelColumn = Annotated[str | None, typer.Option("--label", help=_("the column that marks the lost customers"))]
Lost = Annotated[str | None, typer.Option(help=_("the value in it that means lost"))]


def refuse(sentence: str, code: int = 2) -> int:
    """Says on one line of standard error why nothing was done."""
    tell(sentence)
    return code


def tell(sentence: str) -> None:
    """Says a sentence on one line of standard error, without the signs by which a cell might play with the terminal."""
    print(" ".join(re.sub(r"[\x00-\x1f\x7f-\x9f]", " ", sentence).split()), file=sys.stderr)


def intake_of(file: Path, options: ReadOptions, table: str = "customers") -> Intake:
    """Reads a file as a table of the desk."""
    return read(bytes_of(file), file=file.name, table=TABLES[table], options=options)


def tell_rejected(*intakes: "Intake | Poured") -> None:
    """Tells on standard error which rows were set aside."""
    from churn.report.understood import set_aside

    for intake in intakes:
        if told := set_aside(intake):
            tell(told)


def in_lines() -> Progress:
    """Shows how far a training is, on standard error: a line where it is another one than the last."""
    words = {"line": _("a straight line"), "trees": _("trees"), "pairs": _("pairs of columns"), "second opinion": _("a second opinion")}
    told = ""

    def progress(share: float, text: str) -> None:
        nonlocal told
        line = f"{wording.percent(share, 0)} {words.get(text, text)}"
        if line != told:
            print(line, file=sys.stderr)
        told = line

    return progress


@contextmanager
def patiently(desk: "Desk | None" = None) -> Iterator[Progress]:
    """Tells on standard error what is being done wherever that takes more than two seconds, and ends it at once on Ctrl+C: the database
    would else go on with its statement to the end."""
    now, over = {"told": "", "done": ""}, threading.Event()

    def tell_now(share: float, words: str) -> None:
        now["done"] = f"{wording.percent(share, 0)} {words}"

    def watch() -> None:
        while not over.wait(PATIENCE_SECONDS):
            if now["done"] != now["told"]:
                now["told"] = now["done"]
                tell(now["told"])

    watching = threading.Thread(target=watch, daemon=True)
    watching.start()
    try:
        with _ended_by_ctrl_c(desk):
            yield tell_now
    finally:
        over.set()
        watching.join()


@contextmanager
def _ended_by_ctrl_c(desk: "Desk | None") -> Iterator[None]:
    """Interrupts what the desk's database does as soon as a signal arrives: Python's own answer waits until the statement is over."""
    if desk is None or threading.current_thread() is not threading.main_thread():
        yield
        return
    ears, mouth = socket.socketpair()
    mouth.setblocking(False)

    def listen() -> None:
        while heard := ears.recv(1):
            if heard[0] == signal.SIGINT:
                desk.interrupt()

    former = signal.set_wakeup_fd(mouth.fileno(), warn_on_full_buffer=False)
    listening = threading.Thread(target=listen, daemon=True)
    listening.start()
    try:
        yield
    finally:
        signal.set_wakeup_fd(former)
        mouth.close()
        listening.join()
        ears.close()


def room() -> Room:
    """How much memory and disk the environment gives a desk."""
    return room_of(os.environ)


def trained(intake: Intake, **said: Any) -> "Scorecard":
    """A scorecard of the file's rows; `said` is what the command was told of label and columns."""
    from churn.risk import train

    return train(
        intake.frame,
        id_column=intake.id_column,
        source=intake.file,
        digest=intake.digest,
        trained_on=date.today().isoformat(),
        progress=in_lines(),
        **said,
    )


def show(found: dict[str, Any]) -> None:
    """Prints a result as JSON."""
    from churn.report.outlet import json_text

    print(json_text(found, encoding=sys.stdout.encoding), flush=True)
