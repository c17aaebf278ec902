"""A snapshot into a desk: checked first, then all of it in one transaction."""

from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow.dataset as ds

from churn.histories import LEARNED, OF_EVENTS
from churn.intake import Progress
from churn.loads import SNAPSHOT
from churn.risk.desk_models import saved
from churn.risk.keeping import load
from churn.snapshot.folder import former
from churn.snapshot.kept import MODEL, SAYS, Kept, file_of, kept_in
from churn.store import Desk
from churn.store.taken import Taken
from churn.stored import Json


def is_snapshot(folder: Path) -> bool:
    """Whether a folder holds a snapshot, or what may be left of one."""
    here = former(folder)
    return any((here / name).exists() for name in (SAYS, file_of("customer_now")))


def take(desk: Desk, folder: Path, *, at: datetime | None = None, by: str = "", progress: Progress | None = None) -> Kept:
    """Puts the snapshot in a folder in the place of all tables of a desk, in one transaction that `Desk.undo` takes back; what people noted
    stays. Gives what the snapshot says of itself; `progress` gets the share done and words for it. StoreError where it is not whole,
    damaged, changed, or of another edition."""
    here = former(folder)
    kept = kept_in(here)
    settings: dict[str, Json] = {**dict.fromkeys(LEARNED), OF_EVENTS: None, "wishes": kept.wishes, SNAPSHOT: _noted(kept)}
    if kept.scored:
        settings["history"] = saved(desk, load(here / MODEL))

    def read(table: str) -> Any:
        files = [str(here / part.path) for part in kept.parts if part.path.partition("/")[0] == file_of(table)]
        return ds.dataset(files, format="parquet").scanner(batch_size=65_536, fragment_readahead=1, batch_readahead=4).to_reader()

    desk.take(Taken(folder.resolve().name, kept.digest, kept.columns, kept.rows, read, settings), at=at, by=by, progress=progress)
    return kept


def _noted(kept: Kept) -> dict[str, Json]:
    """What a desk keeps of it: the engine, and the rows and columns of the tables that it was made of."""
    return {"engine": kept.engine, "as_of": kept.as_of, "made_of": dict(kept.made_of)}
