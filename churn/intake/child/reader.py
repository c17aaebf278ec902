"""Reads one file from standard input under limits and sends its cells; see start.py."""

import contextlib
import json
import sys
from collections.abc import Mapping
from typing import Any

from churn.intake.child.frames import DONE, REFUSAL, RefusedError, send, tell


def main() -> None:
    """Obeys the request at the head of standard input."""
    length = int.from_bytes(sys.stdin.buffer.read(8), "little")
    asked = json.loads(sys.stdin.buffer.read(length))
    _set_limits(asked)
    try:
        _read(asked)
        send(DONE)
    except RefusedError as refusal:
        tell(REFUSAL, {"code": refusal.code, **refusal.details})
    except MemoryError:
        tell(REFUSAL, {"code": "memory"})


def _read(asked: Mapping[str, Any]) -> None:
    data = sys.stdin.buffer.read()
    if asked["kind"] == "parquet":
        from churn.intake.child.parquet_cells import read_parquet

        read_parquet(data, asked)
    else:
        from churn.intake.child.workbook_cells import read_workbook

        read_workbook(data, asked)


def _set_limits(asked: Mapping[str, Any]) -> None:
    """Limits of memory and processor time, and no picture of the memory left on disk, where the system has such limits."""
    with contextlib.suppress(ImportError):
        import resource

        for kind, most in (
            (resource.RLIMIT_AS, asked["memory_bytes"]),
            (resource.RLIMIT_CPU, asked["seconds"]),
            (resource.RLIMIT_CORE, 0),
        ):
            with contextlib.suppress(ValueError, OSError):
                resource.setrlimit(kind, (most, most))
