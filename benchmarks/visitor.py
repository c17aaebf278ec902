"""One visitor of a served desk, without a browser: opens pages, sets filters, and reads what stands there, over a browser's own connection.

Only this machine is visited.
"""

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

import websockets
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState

PATIENCE = 120.0
TEXTS = {"markdown": "body", "heading": "body", "alert": "body", "text": "body"}


@dataclass(frozen=True)
class Drawn:
    """A page as drawn: seconds until it stood there, its figures by label, its texts, the lists of its filters by column, and what went
    wrong ("" where nothing did)."""

    page: str
    seconds: float
    figures: Mapping[str, str]
    texts: tuple[str, ...]
    boxes: Mapping[str, tuple[str, ...]]
    wrong: str


@dataclass(eq=False)
class Visitor:
    """An open visit. `pages` are the addresses of all pages; `filters`, the values chosen by column, go with every click."""

    socket: websockets.ClientConnection
    pages: dict[str, str] = field(default_factory=dict)
    filters: dict[str, tuple[str, ...]] = field(default_factory=dict)
    _query: str = ""
    _ids: dict[str, str] = field(default_factory=dict)

    @classmethod
    async def arrive(cls, port: int) -> Self:
        """A visit to the desk that this machine serves at a port, its first page open."""
        address = f"ws://127.0.0.1:{port}/_stcore/stream"
        found = cls(await websockets.connect(address, subprotocols=[websockets.Subprotocol("streamlit")], max_size=None))
        await found.open("overview")
        return found

    async def leave(self) -> None:
        """Ends the visit."""
        await self.socket.close()

    async def open(self, page: str, query: str = "") -> Drawn:
        """Has a page drawn with the filters and waits until all of it stands there."""
        self._query, start = query or self._query, time.perf_counter()
        await self.socket.send(self._asked(page).SerializeToString())
        elements: dict[tuple[int, ...], Any] = {}
        wrong = ""
        while True:
            told = ForwardMsg()
            told.ParseFromString(await asyncio.wait_for(self.socket.recv(decode=False), PATIENCE))
            match told.WhichOneof("type"):
                case "navigation":
                    self.pages = {found.url_pathname: found.page_script_hash for found in told.navigation.app_pages}
                case "page_info_changed":
                    self._query = told.page_info_changed.query_string
                case "page_not_found":
                    wrong = f"there is no page {page}"
                case "delta" if told.delta.WhichOneof("type") == "new_element":
                    elements[tuple(told.metadata.delta_path)] = told.delta.new_element
                case "script_finished" if told.script_finished != ForwardMsg.FINISHED_EARLY_FOR_RERUN:
                    break
        return self._read(page, time.perf_counter() - start, list(elements.values()), wrong)

    def _asked(self, page: str) -> BackMsg:
        asked = BackMsg()
        asked.rerun_script.query_string = self._query
        if page in self.pages:
            asked.rerun_script.page_script_hash = self.pages[page]
        else:
            asked.rerun_script.page_name = page
        for column, id_ in self._ids.items():
            state = WidgetState(id=id_)
            state.string_array_value.data.extend(self.filters.get(column, ()))
            asked.rerun_script.widget_states.widgets.append(state)
        return asked

    def _read(self, page: str, seconds: float, elements: list[Any], wrong: str) -> Drawn:
        figures, texts, boxes = {}, [], {}
        for element in elements:
            kind = element.WhichOneof("type")
            cell = getattr(element, kind)
            if kind == "multiselect" and "-is." in cell.id:
                column = cell.id.rpartition("-is.")[2]
                self._ids[column], boxes[column] = cell.id, tuple(cell.options)
            elif kind == "metric":
                figures[cell.label] = cell.body
            elif kind == "exception":
                wrong = wrong or f"{cell.type}: {cell.message}"
            elif kind in TEXTS:
                texts.append(getattr(cell, TEXTS[kind]))
        return Drawn(page, seconds, figures, tuple(texts), boxes, wrong)
