"""Where results go: a path that can be written to, and JSON."""

import json
import math
import os
from pathlib import Path
from typing import Any

from churn.errors import IntakeError
from churn.wording import _


def outlet(path: Path, *sources: Path) -> Path:
    """The path, where a file can be written to it; asked before the work is done. Raises IntakeError, also where it is one of the
    `sources` that are read."""
    if path.is_dir():
        raise IntakeError(_("{path} is a folder and cannot be written to: name a file in it.").format(path=path))
    if not path.parent.is_dir():
        raise IntakeError(_("There is no folder {folder} to write {file} to: make it first.").format(folder=path.parent, file=path.name))
    if path.exists() and any(source.exists() and path.samefile(source) for source in sources):
        raise IntakeError(_("{path} is the file that is read: name another one to write to.").format(path=path))
    if not os.access(path if path.exists() else path.parent, os.W_OK):
        raise IntakeError(_("{path} cannot be written: you lack the right to. Name another place.").format(path=path))
    return path


def json_text(found: object, *, encoding: str | None) -> str:
    """The value as JSON; what `encoding` (None: not known) cannot write is escaped.

    >>> print(json_text({"rows": 2, "name": "é"}, encoding="ascii"))
    {
      "rows": 2,
      "name": "\\u00e9"
    }
    """
    text = json.dumps(without_nan(found), ensure_ascii=False, indent=2, allow_nan=False)
    try:
        text.encode(encoding or "ascii")
    except UnicodeError:
        return json.dumps(json.loads(text), indent=2)
    return text


def without_nan(value: Any) -> Any:
    """The value with None in the place of every float that is no number, which JSON cannot write.

    >>> without_nan({"a": (1.0, float("nan"))})
    {'a': [1.0, None]}
    """
    if isinstance(value, dict):
        return {key: without_nan(inside) for key, inside in value.items()}
    if isinstance(value, list | tuple):
        return [without_nan(inside) for inside in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
