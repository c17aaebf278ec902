"""A file that a library of native code must open -> its cells, read in a child process that can be ended at any time."""

import contextlib
import json
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

import pyarrow as pa

from churn.errors import IntakeError
from churn.intake.child.frames import BATCH, DONE, HEAD, META, PROGRESS, REFUSAL
from churn.intake.limits import MEGABYTE, Limits, Progress
from churn.wording import _, number

_SCRIPT = Path(__file__).with_name("child") / "start.py"
_TICK_SECONDS, _GRACE_SECONDS = 0.1, 5
_MOST_SAID = 4_000
_OUT_OF_MEMORY = ("memory allocation", "MemoryError", "bad_alloc", "malloc", "Cannot allocate memory", "out of memory")


@dataclass
class Told:
    """What a child has said: facts about the sheet, columns batch by batch, or why it refuses."""

    facts: dict[str, Any] = field(default_factory=dict)
    batches: list[pa.Table] = field(default_factory=list)
    refusal: dict[str, Any] | None = None


def read_apart(
    data: bytes, kind: str, asked: Mapping[str, Any], *, file: str, limits: Limits, words: str, progress: Progress | None = None
) -> Told:
    """What the child tells of a file of this kind. Raises IntakeError where it dies or takes too long; it never outlives this call."""
    request = {
        **asked,
        "kind": kind,
        "rows": limits.rows,
        "columns": limits.columns,
        "cells": limits.cells,
        "seconds": limits.seconds + _GRACE_SECONDS,
        "memory_bytes": limits.memory_megabytes * MEGABYTE,
    }
    command = [sys.executable, "-P", "-X", "utf8", str(_SCRIPT)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as child:
        assert child.stdin is not None
        assert child.stdout is not None
        assert child.stderr is not None
        frames: queue.Queue[tuple[bytes, bytes] | None] = queue.Queue()
        said: list[bytes] = []
        helpers = [
            threading.Thread(target=_hand_over, args=(child.stdin, json.dumps(request).encode(), data), daemon=True),
            threading.Thread(target=_listen, args=(child.stdout, frames), daemon=True),
            threading.Thread(target=_overhear, args=(child.stderr, said), daemon=True),
        ]
        for helper in helpers:
            helper.start()
        try:
            told, is_done = _follow(frames, file, limits, words, progress)
        finally:
            child.kill()
            child.wait()
            for helper in helpers:
                helper.join()
    if not is_done:
        raise _died(file, b"".join(said).decode("utf-8", "replace"), limits)
    return told


def _hand_over(pipe: IO[bytes], request: bytes, data: bytes) -> None:
    with contextlib.suppress(OSError), pipe:
        pipe.write(len(request).to_bytes(8, "little") + request)
        pipe.write(data)


def _listen(pipe: IO[bytes], frames: "queue.Queue[tuple[bytes, bytes] | None]") -> None:
    """Puts each frame into the queue, and None at the end of what the child says, however it ends."""
    with contextlib.suppress(OSError, ValueError):
        while len(head := pipe.read(HEAD.size)) == HEAD.size:
            kind, length = HEAD.unpack(head)
            content = pipe.read(length)
            if len(content) < length:
                break
            frames.put((kind, content))
    frames.put(None)


def _overhear(pipe: IO[bytes], said: list[bytes]) -> None:
    with contextlib.suppress(OSError, ValueError):
        while piece := pipe.read(_MOST_SAID):
            if len(said) < 2:
                said.append(piece)


def _follow(
    frames: "queue.Queue[tuple[bytes, bytes] | None]", file: str, limits: Limits, words: str, progress: Progress | None
) -> tuple[Told, bool]:
    """What was told, and whether to the end. Raises IntakeError when it takes too long or too much, and what progress raises."""
    told, share, size = Told(), 0.0, 0
    until = time.monotonic() + limits.seconds
    while True:
        if progress:
            progress(share, words)
        if time.monotonic() > until:
            raise IntakeError(
                _("{file} takes more than {most} seconds to read, which is the limit: save it as CSV, or split it.").format(
                    file=file, most=number(limits.seconds)
                )
            )
        try:
            frame = frames.get(timeout=_TICK_SECONDS)
        except queue.Empty:
            continue
        if frame is None:
            return told, False
        kind, content = frame
        size += len(content)
        if size > limits.memory_megabytes * MEGABYTE:
            raise needs_memory(file, limits)
        if kind == PROGRESS:
            share = float(json.loads(content)["share"])
        elif kind == META:
            told.facts = json.loads(content)
        elif kind == BATCH:
            told.batches.append(pa.ipc.open_stream(pa.py_buffer(content)).read_all())
        elif kind == REFUSAL:
            told.refusal = json.loads(content)
            return told, True
        elif kind == DONE:
            return told, True


def _died(file: str, said: str, limits: Limits) -> IntakeError:
    """What to say of a child that ended before it had told everything."""
    if any(sign in said for sign in _OUT_OF_MEMORY):
        return needs_memory(file, limits)
    return IntakeError(
        _(
            "{file} broke the program that reads it, which ended alone: open it in a spreadsheet program and save it again as XLSX or CSV."
        ).format(file=file)
    )


def needs_memory(file: str, limits: Limits) -> IntakeError:
    """What to say of a file that does not fit into the child's memory."""
    return IntakeError(
        _("{file} needs more than {most} megabytes of memory, which is the limit: save it as CSV, or split it.").format(
            file=file, most=number(limits.memory_megabytes)
        )
    )
