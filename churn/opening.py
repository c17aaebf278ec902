"""Opening a desk: its configuration, its own tables, desks of an older program brought up to date, and is it whole.

Every function takes the root connection, or nothing of the database.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from churn.errors import StoreError
from churn.stored import BEFORE, Cursor, quoted, value
from churn.wording import _, number, plural

_FORMAT = 3
_WITNESS = "desk.writes"
_AMOUNT = re.compile(r"\s*([0-9]+(?:\.[0-9]+)?)\s*([KMGT])i?B\s*", re.IGNORECASE)
_BYTES = {"K": 1e3, "M": 1e6, "G": 1e9, "T": 1e12}
_LEAST_MEMORY = 100e6
MEMORY, SPILL, SPILL_FOLDER = "RETENTION_DESK_MEMORY", "RETENTION_DESK_SPILL", "RETENTION_DESK_SPILL_FOLDER"
_ALWAYS = ("SET disabled_optimizers = 'compressed_materialization'", "SET python_enable_replacements = false", "SET TimeZone = 'UTC'")
_LOCK = ("SET enable_external_access = false", "SET lock_configuration = true")
_OWN_TABLES = (
    "CREATE TABLE IF NOT EXISTS _tables (name VARCHAR, rows BIGINT, source VARCHAR, digest VARCHAR, loaded_at TIMESTAMP, load BIGINT)",
    "CREATE TABLE IF NOT EXISTS _columns (table_name VARCHAR, place INTEGER, name VARCHAR, label VARCHAR, type VARCHAR)",
    "CREATE TABLE IF NOT EXISTS _settings (name VARCHAR, value VARCHAR)",
    "CREATE TABLE IF NOT EXISTS _loads (number BIGINT, done_at TIMESTAMP, who VARCHAR, kind VARCHAR, of_load BIGINT)",
    """CREATE TABLE IF NOT EXISTS _loaded
    (number BIGINT, name VARCHAR, file VARCHAR, digest VARCHAR, rows_read BIGINT, rows_accepted BIGINT, rows_rejected BIGINT)""",
    "CREATE TABLE IF NOT EXISTS _undo (number BIGINT, scope VARCHAR[])",
    "CREATE TABLE IF NOT EXISTS _shapes (shape VARCHAR, answers VARCHAR, place BIGINT)",
    """CREATE TABLE IF NOT EXISTS _journal
    (book BIGINT, number BIGINT, noted_at TIMESTAMP, day DATE, noted_by VARCHAR, kind VARCHAR, customer_id VARCHAR, name VARCHAR,
    what VARCHAR, amount DOUBLE, until DATE, answers BIGINT, text VARCHAR, more VARCHAR)""",
    """CREATE TABLE IF NOT EXISTS _members
    (book BIGINT, campaign BIGINT, customer_id VARCHAR, arm VARCHAR, stratum BIGINT, risk DOUBLE, value DOUBLE)""",
    "ALTER TABLE _desk ADD COLUMN IF NOT EXISTS noted BIGINT DEFAULT 0",
    "ALTER TABLE _desk ADD COLUMN IF NOT EXISTS book BIGINT DEFAULT 1",
)
# A desk of format 1 knew where each table came from, not by whom it was loaded nor how many rows were set aside.
_FROM_FORMAT_1 = (
    "ALTER TABLE _tables ADD COLUMN IF NOT EXISTS load BIGINT",
    """INSERT INTO _loads SELECT row_number() OVER (ORDER BY loaded_at NULLS FIRST), loaded_at, '', 'load', NULL
    FROM (SELECT DISTINCT loaded_at FROM _tables WHERE source IS NOT NULL)""",
    """UPDATE _tables SET load = _loads.number FROM _loads
    WHERE _tables.source IS NOT NULL AND _loads.done_at IS NOT DISTINCT FROM _tables.loaded_at""",
    "INSERT INTO _loaded SELECT load, name, source, digest, NULL, rows, NULL FROM _tables WHERE load IS NOT NULL",
)


@dataclass(frozen=True)
class Room:
    """How much memory the database may take, how much disk where that does not suffice, and in which folder (None: beside its file)."""

    memory: str = "2GB"
    spill: str = "8GB"
    spill_folder: Path | None = None


def room_of(said: Mapping[str, str]) -> Room:
    """The room as settings say, the environment for one. Raises StoreError for what is no amount, or too little.

    >>> room_of({"RETENTION_DESK_MEMORY": "4 gb"})
    Room(memory='4 gb', spill='8GB', spill_folder=None)
    """
    room = Room()
    memory, spill, folder = said.get(MEMORY) or room.memory, said.get(SPILL) or room.spill, said.get(SPILL_FOLDER)
    for setting, amount, least in ((MEMORY, memory, _LEAST_MEMORY), (SPILL, spill, 0.0)):
        found = _AMOUNT.fullmatch(amount)
        if not found:
            raise StoreError(_("{setting} wants an amount such as 4GB or 500MB, and is '{amount}'.").format(setting=setting, amount=amount))
        if float(found[1]) * _BYTES[found[2].upper()] < least:
            raise StoreError(_("{setting} is {amount}, and a desk needs 100MB at least.").format(setting=setting, amount=amount))
    return Room(memory, spill, Path(folder).expanduser() if folder else None)


def configure(root: Cursor, room: Room) -> None:
    """Sets what every database of the desk has. Raises StoreError where the folder for the disk's part cannot be made."""
    for statement in (f"SET memory_limit = '{room.memory}'", f"SET max_temp_directory_size = '{room.spill}'", *_ALWAYS):
        root.execute(statement)
    if room.spill_folder is not None:
        try:
            room.spill_folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            text = _("{setting} names {folder}, which cannot be made ({why}): name another folder.")
            raise StoreError(text.format(setting=SPILL_FOLDER, folder=room.spill_folder, why=error.strerror)) from error
        root.execute("SET temp_directory = '{folder}'".format(folder=str(room.spill_folder.resolve()).replace("'", "''")))


def prepare(root: Cursor, folder: Path, room: Room) -> None:
    """Sets and locks the configuration, makes the desk's own tables if missing, and checks that nothing was lost."""
    configure(root, room)
    for statement in _LOCK:
        root.execute(statement)
    root.execute("CREATE TABLE IF NOT EXISTS _desk (format INTEGER, version BIGINT)")
    root.execute("INSERT INTO _desk (format, version) SELECT ?, 0 WHERE NOT EXISTS (FROM _desk)", [_FORMAT])
    _bring_up_to_date(root, folder, int(value(root, "SELECT format FROM _desk")))
    _check_rows(root, folder)
    _check_witness(folder, writes(root))


def writes(cursor: Cursor) -> int:
    """How often the desk was written to: its tables and scores, and its journal."""
    return int(value(cursor, "SELECT version + noted FROM _desk"))


def _bring_up_to_date(root: Cursor, folder: Path, file_format: int) -> None:
    """Makes the own tables that are missing, all of them or none."""
    if not 1 <= file_format <= _FORMAT:
        raise StoreError(
            _("The desk in {folder} has format {found} and this program knows {known}: open it with the newer program.").format(
                folder=folder, found=file_format, known=_FORMAT
            )
        )
    root.execute("BEGIN")
    for statement in (*_OWN_TABLES, *(_FROM_FORMAT_1 if file_format == 1 else ())):
        root.execute(statement)
    root.execute("UPDATE _desk SET format = ?", [_FORMAT])
    root.execute("COMMIT")


def _check_rows(root: Cursor, folder: Path) -> None:
    there = {name for (name,) in root.execute("SELECT table_name FROM duckdb_tables()").fetchall()}
    for name, loaded in root.execute("SELECT name, rows FROM _tables").fetchall():
        rows = value(root, f"SELECT count(*) FROM {quoted(name)}") if name in there else 0
        if rows != loaded:
            text = plural(
                "The desk in {folder} is damaged: {name} holds {n} row where {loaded} were written. "
                "Put back a copy of desk.duckdb, or delete it and load the tables again.",
                "The desk in {folder} is damaged: {name} holds {n} rows where {loaded} were written. "
                "Put back a copy of desk.duckdb, or delete it and load the tables again.",
                rows,
            )
            raise StoreError(text.format(folder=folder, name=_in_words(name), loaded=number(loaded)))


def _in_words(name: str) -> str:
    return _("{table} from before the last load").format(table=name.removeprefix(BEFORE)) if name.startswith(BEFORE) else name


def _check_witness(folder: Path, version: int) -> None:
    witness = folder / _WITNESS
    written = witness.read_text().strip() if witness.exists() else "0"
    counted = re.fullmatch(r"[0-9]{1,18}", written)
    if not counted or int(written) > version:
        text = plural(
            "The desk in {folder} is damaged: it is as it was after {n} write where {written} were made. "
            "Put back copies of desk.duckdb and desk.duckdb.wal, or delete {witness} to go on with the older tables.",
            "The desk in {folder} is damaged: it is as it was after {n} writes where {written} were made. "
            "Put back copies of desk.duckdb and desk.duckdb.wal, or delete {witness} to go on with the older tables.",
            version,
        )
        made = number(int(written)) if counted else written
        raise StoreError(text.format(folder=folder, written=made, witness=_WITNESS))


def write_witness(folder: Path, version: int) -> None:
    """Notes the number of writes outside the database; done after the commit, so that it never runs ahead of it."""
    new = folder / f"{_WITNESS}.new"
    try:
        new.write_text(f"{version}\n")
        new.replace(folder / _WITNESS)
    except OSError as error:
        raise StoreError(
            _("The desk in {folder} was written, but {witness} could not be ({why}): make room there.").format(
                folder=folder, witness=_WITNESS, why=error.strerror
            )
        ) from error


def not_opened(folder: Path, text: str) -> str:
    """Why the database's file cannot be opened; `text` is what the database says of it."""
    if "Could not set lock" in text:
        holder = re.search(r"PID (\d+)", text)
        process = " " + _("(process {id})").format(id=holder[1]) if holder else ""
        return _("The desk in {folder} is open in another process{process}: close it there first, or use another folder.").format(
            folder=folder, process=process
        )
    if "configuration has been locked" in text:
        return _("The desk in {folder} is already open in this process: use the open one.").format(folder=folder)
    return _("The desk in {folder} cannot be opened ({why}): put back a copy of desk.duckdb, or choose another folder.").format(
        folder=folder, why=first_line(text)
    )


def went_wrong(folder: Path, text: str) -> str:
    """Why the open desk could not be read or written; `text` is what the database says of it."""
    told = _("The desk in {folder} could not be read or written: {why}.").format(folder=folder, why=first_line(text))
    return beyond_limits(folder, text) or told


def beyond_limits(folder: Path, text: str) -> str:
    """Which limit of memory or disk was reached, "" where none was; `text` is what the database says of it."""
    if "max_temp_directory_size" in text:
        told = _("The work in {folder} needs more disk for passing results than {setting} allows: raise it, or {memory}.")
        return told.format(folder=folder, setting=SPILL, memory=MEMORY)
    if text.startswith("Out of Memory"):
        told = _("The work in {folder} needs more memory than {memory} allows: raise it.")
        return told.format(folder=folder, memory=MEMORY)
    if "No space left" in text or "not enough space" in text.lower():
        told = _("The disk of {folder} is full: make room, or let {setting} name a folder on another disk.")
        return told.format(folder=folder, setting=SPILL_FOLDER)
    return ""


def interrupted(error: RuntimeError) -> bool:
    """Whether this is Ctrl+C, as the database says it where it looks for signals itself."""
    return str(error) == "Query interrupted"


def first_line(text: str) -> str:
    """What went wrong, without the database's further advice."""
    return text.strip().splitlines()[0]
