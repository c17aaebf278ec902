"""The tables of a desk, narrowed to some customers and to what happened before a day."""

from collections.abc import Iterator, Mapping

import narwhals.stable.v2 as nw

from churn.dials import Dials
from churn.measures.dialect import Frame, has
from churn.prepared import DAYS


class Narrowed(Mapping[str, Frame]):
    """Tables of which only the rows of the `kept` customers (None: of all) and from before the day of reading are seen; each is made when
    it is first asked for."""

    def __init__(self, frames: Mapping[str, Frame], dials: Dials | None, kept: Frame | None) -> None:
        self._frames, self._dials, self._kept = frames, dials, kept
        self._found: dict[str, Frame] = {}

    def __getitem__(self, name: str) -> Frame:
        if name not in self._found:
            frame = self._frames[name]
            if self._dials is not None and name in DAYS:
                frame = frame.filter(nw.col(DAYS[name]) < nw.lit(self._dials.as_of))
            if self._kept is not None and name not in ("journal", "members") and has(frame, "customer_id"):
                frame = frame.join(self._kept, on="customer_id", how="semi")
            self._found[name] = frame
        return self._found[name]

    def __contains__(self, name: object) -> bool:
        return name in self._frames

    def __iter__(self) -> Iterator[str]:
        return iter(self._frames)

    def __len__(self) -> int:
        return len(self._frames)
