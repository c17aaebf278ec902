"""What a snapshot says of itself: snapshot.json, written last, without which a folder holds none."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from churn.errors import StoreError
from churn.prepared import EDITION
from churn.stored import Json, StoredColumn
from churn.wording import _

FORMAT = 1
PROGRAM = "retention-desk snapshot"
SAYS, MODEL = "snapshot.json", "model.json"
FILES = {"customer_features": "features", "customer_signs": "signs"}


@dataclass(frozen=True)
class Part:
    """One file: its path within the snapshot, its size, its SHA-256."""

    path: str
    bytes: int
    sha256: str


@dataclass(frozen=True)
class Kept:
    """A snapshot: by which program and engine, by which wishes, the columns of its customers and actions, the rows of its
    tables, its files.

    `made_of` are the tables that it was made of: their rows and columns. Of these only customers and actions are in it.
    """

    edition: int
    engine: str
    as_of: str
    wishes: Mapping[str, Json]
    columns: Mapping[str, tuple[StoredColumn, ...]]
    made_of: Mapping[str, Mapping[str, Json]]
    rows: Mapping[str, int]
    parts: tuple[Part, ...]
    scored: bool

    def to_text(self) -> str:
        """As JSON, with a digest of all of it."""
        body = {"program": PROGRAM, "format": FORMAT, **asdict(self)}
        return json.dumps(body | {"digest": _digest(body)}, ensure_ascii=False, indent=1)

    @property
    def digest(self) -> str:
        """What tells it from any other snapshot."""
        return _digest({"program": PROGRAM, "format": FORMAT, **asdict(self)})


def file_of(table: str) -> str:
    """The name under which a table lies in a snapshot.

    >>> file_of("customer_signs"), file_of("gaps")
    ('signs.parquet', 'gaps.parquet')
    """
    return f"{FILES.get(table, table)}.parquet"


def part_of(folder: Path, path: str) -> Part:
    """What is to be noted of a file that lies in a folder."""
    with (folder / path).open("rb") as file:
        return Part(path, (folder / path).stat().st_size, hashlib.file_digest(file, "sha256").hexdigest())


def kept_in(folder: Path) -> Kept:
    """The snapshot that lies in a folder. Raises StoreError where it is not whole, damaged or changed, or another program made it."""
    try:
        body: Any = json.loads((folder / SAYS).read_text("utf-8"))
        digest = body.pop("digest")
        program, file_format = body.pop("program"), body.pop("format")
    except FileNotFoundError:
        raise StoreError(
            _("{folder} holds no whole snapshot: make it anew, with python -m churn snapshot.").format(folder=folder)
        ) from None
    except (ValueError, KeyError, AttributeError, TypeError):
        raise _changed(folder, SAYS) from None
    if (program, file_format, body.get("edition")) != (PROGRAM, FORMAT, EDITION):
        raise StoreError(
            _("The snapshot in {folder} was made by another version of this program: make it anew with this one.").format(folder=folder)
        )
    if digest != _digest({"program": program, "format": file_format, **body}):
        raise _changed(folder, SAYS)
    columns = {name: tuple(StoredColumn(**column) for column in own) for name, own in body.pop("columns").items()}
    kept = Kept(columns=columns, parts=tuple(Part(**part) for part in body.pop("parts")), **body)
    for part in kept.parts:
        if not (folder / part.path).is_file() or part_of(folder, part.path) != part:
            raise _changed(folder, part.path)
    return kept


def _changed(folder: Path, file: str) -> StoreError:
    return StoreError(
        _("The snapshot in {folder} is damaged or was changed ({file}): copy it again, or make it anew.").format(folder=folder, file=file)
    )


def _digest(body: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()
