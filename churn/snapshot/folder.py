"""A folder that is written whole or not at all: beside its place, and then into it."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from churn.errors import StoreError
from churn.snapshot.kept import MODEL, SAYS, file_of
from churn.snapshot.people import KEPT
from churn.stored import PREPARED
from churn.wording import _, listing

MAKING = "_making"  # lies in a folder for as long as a snapshot is made in it
PASSING = {*(f"{file_of(name)}.new" for name in (*KEPT, "scores", *PREPARED)), "_held", MAKING}  # what a run that was killed may leave
OWN = {SAYS, MODEL, *(file_of(name) for name in (*KEPT, "scores", *PREPARED))}


@contextmanager
def fresh(out: Path, source: Path) -> Iterator[Path]:
    """An empty folder that takes the place of `out` when the block ends well. Raises StoreError where `out` holds anything but a snapshot
    or is the folder `source`.

    The former `out` stays until then; where a run is killed between the two steps it lies beside, as `former` finds it.
    """
    out = out.resolve()
    passing, old = out.with_name(f"{out.name}.new"), _aside(out)
    for there in (out, passing, old):
        refuse_others([path.name for path in there.iterdir()] if there.exists() else [], there, same=there == source.resolve())
    if old.exists() and not out.exists():
        old.rename(out)
    for left in (passing, old):
        if left.exists():
            shutil.rmtree(left)
    passing.mkdir(parents=True)
    (passing / MAKING).touch()
    try:
        yield passing
        (passing / MAKING).unlink()
        if out.exists():
            out.rename(old)
        passing.rename(out)
    except BaseException:
        shutil.rmtree(passing, ignore_errors=True)
        if old.exists() and not out.exists():
            old.rename(out)
        raise
    shutil.rmtree(old, ignore_errors=True)


def refuse_others(names: list[str], out: object, *, same: bool) -> None:
    """Raises StoreError where a folder with files of these names is none to be replaced by a snapshot."""
    ours = SAYS in names or MAKING in names
    others = sorted(name for name in names if not ours or (name not in OWN and name not in PASSING))
    if same:
        raise StoreError(_("{folder} is the folder that the tables come from: name another one for the snapshot.").format(folder=out))
    if others:
        text = _("{folder} holds other files ({files}): name a new folder for the snapshot.")
        raise StoreError(text.format(folder=out, files=listing(others[:3])))


def former(folder: Path) -> Path:
    """Where the snapshot of a folder lies: there, or beside it where a run was killed while it put a new one there."""
    folder = folder.resolve()
    return _aside(folder) if not folder.exists() and (_aside(folder) / SAYS).is_file() else folder


def _aside(out: Path) -> Path:
    return out.with_name(f"{out.name}.old")
