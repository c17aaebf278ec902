"""What the child says to its parent: frames of a kind, a length and bytes on standard output."""

import json
import struct
import sys
from collections.abc import Mapping
from typing import NoReturn

HEAD = struct.Struct("<cQ")
PROGRESS, META, BATCH, REFUSAL, DONE = b"P", b"M", b"B", b"R", b"D"


class RefusedError(Exception):
    """Why the file is not read: a code for which the parent has the sentence, and what goes into it."""

    def __init__(self, code: str, **details: object) -> None:
        super().__init__(code)
        self.code = code
        self.details = details


def send(kind: bytes, content: bytes = b"") -> None:
    """Writes one frame."""
    sys.stdout.buffer.write(HEAD.pack(kind, len(content)))
    sys.stdout.buffer.write(content)
    sys.stdout.buffer.flush()


def tell(kind: bytes, facts: Mapping[str, object]) -> None:
    """Writes one frame of facts."""
    send(kind, json.dumps(facts).encode())


def progress(share: float) -> None:
    """Says how much is done, 0 to 1."""
    tell(PROGRESS, {"share": share})


def refuse(code: str, **details: object) -> NoReturn:
    """Ends the reading with a reason."""
    raise RefusedError(code, **details)
