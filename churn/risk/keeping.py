"""A scorecard as one JSON file, and back. A file that is cut short, changed or unknown is refused in a sentence."""

import base64
import hashlib
import json
import math
from dataclasses import asdict, fields, is_dataclass
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, get_args, get_origin, get_type_hints

import numpy as np
import numpy.typing as npt

from churn.errors import ModelError
from churn.risk.bins import Bins
from churn.risk.forest import Forest, Second
from churn.risk.known import Known
from churn.risk.points import Tables
from churn.risk.scorecard import Evaluation, Member, Provenance, Scorecard
from churn.wording import _

SCHEMA = 2
PROGRAM = "retention-desk scorecard"
_HEAD = '{"checksum":"'
_BLANK = "0" * 64
_NODES = {"starts": "<i4", "column": "<i2", "cut": "<i2", "missing_left": "|b1", "left": "<i4", "right": "<i4", "value": "<f8"}


def to_text(card: Scorecard) -> str:
    """The scorecard as JSON, its checksum (SHA-256 of the whole text with the checksum's own place filled with zeros) first."""
    body: dict[str, Any] = {
        "checksum": _BLANK,
        "program": PROGRAM,
        "schema": SCHEMA,
        "columns": [_bins_out(cut) for cut in card.bins],
        "whole": _member_out(card.whole, packed=False),
        "bags": [_member_out(bag, packed=True) for bag in card.bags],
        "shares": [share.tolist() for share in card.shares],
        "stayed": [rows.tolist() for rows in card.stayed],
        "spread": card.spread.tolist(),
        "importance": card.importance.tolist(),
        "sample": _pack(card.sample.astype("<i2")),
        "known": {"salt": card.known.salt, "by": card.known.by, "digests": _pack(card.known.digests), "bags": _pack(card.known.bags)},
        "provenance": asdict(card.provenance),
        "evaluation": _numbers_out(asdict(card.evaluation)),
        "deeper": _second_out(card.deeper) if card.deeper else None,
    }
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return text.replace(_BLANK, hashlib.sha256(text.encode()).hexdigest(), 1)


def save(card: Scorecard, path: Path) -> None:
    """Writes the scorecard to `path`, whole or not at all."""
    fresh = path.with_name(path.name + ".part")
    try:
        fresh.write_text(to_text(card), encoding="utf-8")
        fresh.replace(path)
    except OSError as error:
        fresh.unlink(missing_ok=True)
        raise ModelError(_("The model cannot be written to {path}: {why}.").format(path=path, why=error.strerror)) from error


def load(path: Path) -> Scorecard:
    """The scorecard kept at `path`. Raises ModelError where there is none, or where it was cut short, changed or is unknown."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ModelError(_("The model file {path} cannot be read: {why}.").format(path=path, why=error.strerror)) from error
    return from_bytes(data, file=path.name)


def from_bytes(data: bytes, *, file: str) -> Scorecard:
    """The scorecard in the bytes of a model file called `file`. Raises ModelError."""
    again = _("Use a copy of it, or train again.")
    try:
        text = data.decode("utf-8")
        body = json.loads(text)
        program, checksum = body["program"], body["checksum"]
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise ModelError(
            _("{file} is not a model file of this program, or was cut short. {again}").format(file=file, again=again)
        ) from error
    blanked = text.replace(str(checksum), _BLANK, 1)
    if program != PROGRAM or not text.startswith(_HEAD) or hashlib.sha256(blanked.encode()).hexdigest() != checksum:
        raise ModelError(_("{file} was changed since it was written: its checksum does not fit. {again}").format(file=file, again=again))
    if body["schema"] != SCHEMA:
        raise ModelError(
            _("{file} has model format {found} and this program reads {known}: train again.").format(
                file=file, found=body["schema"], known=SCHEMA
            )
        )
    try:
        return _card_in(body)
    except (ValueError, TypeError, KeyError, IndexError) as error:
        raise ModelError(_("{file} does not hold a whole model. {again}").format(file=file, again=again)) from error


def _card_in(body: dict[str, Any]) -> Scorecard:
    bins = tuple(_bins_in(column) for column in body["columns"])
    sizes = [cut.size for cut in bins]
    known = body["known"]
    sample = _unpack(known_text=body["sample"], kind="<i2").reshape(-1, len(bins)).astype(np.int16)
    if (sample < 0).any() or (sample >= np.array(sizes)).any():
        raise ValueError("sample")
    return Scorecard(
        bins=bins,
        whole=_member_in(body["whole"], sizes),
        bags=tuple(_member_in(bag, sizes) for bag in body["bags"]),
        shares=tuple(_of_size(np.array(share, dtype=np.float64), size) for share, size in zip(body["shares"], sizes, strict=True)),
        stayed=tuple(_of_size(np.array(rows, dtype=np.int64), size) for rows, size in zip(body["stayed"], sizes, strict=True)),
        spread=_of_size(np.array(body["spread"], dtype=np.float64), len(bins)),
        importance=_of_size(np.array(body["importance"], dtype=np.float64), len(bins)),
        sample=sample,
        known=Known(known["salt"], _unpack(known["digests"], "<u8"), _unpack(known["bags"], "|i1"), known["by"]),
        provenance=_read(Provenance, body["provenance"]),
        evaluation=_read(Evaluation, body["evaluation"]),
        deeper=_second_in(body["deeper"], sizes) if body["deeper"] else None,
    )


def _bins_out(cut: Bins) -> dict[str, Any]:
    shown = {"column": cut.column, "kind": cut.kind, "rows": cut.counts.tolist()}
    if cut.kind == "text":
        return shown | {"levels": list(cut.levels), "pooled": list(cut.pooled)}
    ends = {"low": _number_out(cut.low), "high": _number_out(cut.high)}
    return shown | {"cuts": cut.cuts.tolist(), "centres": [_number_out(centre) for centre in cut.centres]} | ends


def _bins_in(found: dict[str, Any]) -> Bins:
    counts = np.array(found["rows"], dtype=np.int64)
    if found["kind"] == "text":
        levels, pooled = tuple(found["levels"]), tuple(found["pooled"])
        _of_size(counts, 1 + len(levels) + bool(pooled))
        return Bins(found["column"], "text", counts, np.empty(0), np.empty(0), levels, pooled)
    cuts = _of_size(np.array(found["cuts"], dtype=np.float64), max(len(counts) - 2, 0))
    centres = _of_size(np.array(found["centres"], dtype=np.float64), len(counts))
    low, high = (math.nan if found.get(end) is None else float(found[end]) for end in ("low", "high"))
    return Bins(found["column"], "number", counts, cuts, centres, low=low, high=high)


def _member_out(member: Member, *, packed: bool) -> dict[str, Any]:
    tables = member.tables
    return {
        "intercept": tables.intercept,
        "points": [_pack(points) if packed else points.tolist() for points in tables.singles],
        "pairs": [
            {"columns": [i, j], "mean": member.joint[i, j], "points": _pack(points) if packed else points.tolist()}
            for (i, j), points in tables.pairs.items()
        ],
    }


def _member_in(found: dict[str, Any], sizes: list[int]) -> Member:
    singles = tuple(_of_size(_points_in(points), size) for points, size in zip(found["points"], sizes, strict=True))
    pairs, joint = {}, {}
    for pair in found["pairs"]:
        i, j = pair["columns"]
        pairs[i, j] = _points_in(pair["points"]).reshape(sizes[i], sizes[j])
        joint[i, j] = float(pair["mean"])
    return Member(Tables(float(found["intercept"]), singles, pairs), joint)


def _points_in(points: Any) -> npt.NDArray[np.float64]:
    found = _unpack(points, "<f8") if isinstance(points, str) else np.array(points, dtype=np.float64)
    if not np.isfinite(found).all():
        raise ValueError("points")
    return found


def _of_size(values: npt.NDArray[Any], size: int) -> npt.NDArray[Any]:
    if values.shape != (size,):
        raise ValueError("size")
    return values


def _pack(values: npt.NDArray[Any]) -> str:
    return base64.b64encode(np.ascontiguousarray(values).astype(values.dtype.newbyteorder("<")).tobytes()).decode()


def _unpack(known_text: str, kind: str) -> npt.NDArray[Any]:
    return np.frombuffer(base64.b64decode(known_text, validate=True), dtype=kind).copy()


def _second_out(second: Second) -> dict[str, Any]:
    trees = [{name: _pack(getattr(forest, name)) for name in _NODES} for forest in second.forests]
    return {
        "weight": second.weight,
        "slope": second.slope,
        "offset": second.offset,
        "forests": [
            {"start": forest.start, "ranks": [_pack(rank) for rank in forest.ranks], "nodes": nodes}
            for forest, nodes in zip(second.forests, trees, strict=True)
        ],
        "lines": [{"intercept": line.intercept, "points": [_pack(points) for points in line.singles]} for line in second.lines],
    }


def _second_in(found: dict[str, Any], sizes: list[int]) -> Second:
    lines = [
        Tables(float(line["intercept"]), tuple(_of_size(_points_in(p), size) for p, size in zip(line["points"], sizes, strict=True)), {})
        for line in found["lines"]
    ]
    forests = [_forest_in(forest, sizes) for forest in found["forests"]]
    if len(forests) != len(lines):
        raise ValueError("lines")
    return Second(tuple(forests), tuple(lines), float(found["weight"]), float(found["slope"]), float(found["offset"]))


def _forest_in(found: dict[str, Any], sizes: list[int]) -> Forest:
    ranks = tuple(_of_size(_unpack(rank, "<i2"), size) for rank, size in zip(found["ranks"], sizes, strict=True))
    nodes = {name: _unpack(found["nodes"][name], kind) for name, kind in _NODES.items()}
    forest = Forest(ranks=ranks, start=float(found["start"]), **nodes)
    here = np.arange(len(forest.value))
    onward = (forest.left > here) & (forest.right > here) | (forest.left == here) & (forest.right == here)
    within = (forest.left < len(here)) & (forest.right < len(here)) & (forest.column >= 0) & (forest.column < len(sizes))
    if any(len(array) != len(here) for name, array in nodes.items() if name != "starts") or not (onward & within).all():
        raise ValueError("nodes")
    if (forest.starts < 0).any() or (forest.starts >= len(here)).any() or not np.isfinite(forest.value).all():
        raise ValueError("trees")
    return forest


def _numbers_out(found: Any) -> Any:
    """What asdict made, in plain JSON values: None for nan."""
    if isinstance(found, dict):
        return {key: _numbers_out(value) for key, value in found.items()}
    if isinstance(found, list | tuple):
        return [_numbers_out(value) for value in found]
    return _number_out(found)


def _number_out(value: Any) -> Any:
    return None if isinstance(value, float) and math.isnan(value) else value


def _read(kind: Any, found: Any) -> Any:
    """A value of `kind` (a dataclass, a tuple, a plain value or None) from what `_numbers_out` made of it."""
    if is_dataclass(kind):
        kinds = get_type_hints(kind)
        return kind(**{field.name: _read(kinds[field.name], found[field.name]) for field in fields(kind)})  # type: ignore[operator]
    if get_origin(kind) is tuple:
        kinds_in = get_args(kind)
        each = [kinds_in[0]] * len(found) if kinds_in[-1] is Ellipsis else kinds_in
        return tuple(_read(one, value) for one, value in zip(each, found, strict=True))
    if get_origin(kind) is UnionType:
        return None if found is None else _read(next(one for one in get_args(kind) if one is not NoneType), found)
    if kind is float:
        return math.nan if found is None else float(found)
    if type(found) is not kind:
        raise TypeError(kind.__name__)
    return found
