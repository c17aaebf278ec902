"""The root connection of a desk."""

from pathlib import Path

import duckdb

from churn.errors import StoreError
from churn.opening import Room, not_opened, prepare
from churn.wording import _


def open_root(folder: Path, room: Room) -> duckdb.DuckDBPyConnection:
    """Opens the desk in a folder, made if missing. StoreError where it is damaged, newer, or held by another process."""
    try:
        (folder / "models").mkdir(parents=True, exist_ok=True)
        root = duckdb.connect(folder / "desk.duckdb")
    except OSError as error:
        raise StoreError(
            _("No desk can be made in {folder} ({why}): choose another folder.").format(folder=folder, why=error.strerror)
        ) from error
    except duckdb.Error as error:
        raise StoreError(not_opened(folder, str(error))) from error
    try:
        prepare(root, folder, room)
    except BaseException as error:
        root.close()
        if isinstance(error, duckdb.Error):
            raise StoreError(not_opened(folder, str(error))) from error
        raise
    return root
