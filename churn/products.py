"""What orders name and the firm's list of products does not."""

from collections.abc import Sequence
from difflib import get_close_matches

import pandas as pd

from churn.errors import IntakeError
from churn.gathering import Piece
from churn.intake.supplying import header_of
from churn.tables import ORDERS, header_key
from churn.wording import _, listing, plural

_MOST_NAMED = 20


def not_listed(lists: Sequence[Piece], orders: Sequence[Piece]) -> list[str]:
    """A sentence for each product of the orders that is on none of the lists, with how often it is named and the nearest name on a list.
    Nothing is changed. Raises IntakeError where a list has no column that could name products."""
    if not lists or not orders:
        return []
    named = pd.concat([_cells(piece, header) for piece in orders if (header := _header(piece)) is not None] or [pd.Series(dtype="str")])
    if named.empty:
        return [_("{files} name no products to compare with {lists}.").format(files=_files(orders), lists=_files(lists))]
    listed = {name for piece in lists for name in _listed(piece, set(named), _header(orders[0]))}
    unknown = named[~named.isin(listed)].value_counts()
    told = [_sentence(str(name), int(rows), listed, lists, orders) for name, rows in unknown.iloc[:_MOST_NAMED].items()]
    if more := len(unknown) - len(told):
        told.append(plural("{n} more product is not listed.", "{n} more products are not listed.", more))
    return told


def _sentence(name: str, rows: int, listed: set[str], lists: Sequence[Piece], orders: Sequence[Piece]) -> str:
    text = plural("{files}: {name} ({n} order) is not in {lists}", "{files}: {name} ({n} orders) is not in {lists}", rows)
    told = text.format(files=_files(orders), name=name, lists=_files(lists))
    by_folded = {known.casefold(): known for known in sorted(listed)}
    near = get_close_matches(name.casefold(), by_folded, n=1, cutoff=0.6)
    return told + (_(": is it {name}?").format(name=by_folded[near[0]]) if near else ".")


def _files(pieces: Sequence[Piece]) -> str:
    return listing([piece.name for piece in pieces])


def _header(piece: Piece) -> str | None:
    """The header of the products' names in a file of orders."""
    return header_of(piece.opened.headers, ORDERS, "product", piece.options)


def _cells(piece: Piece, header: str) -> "pd.Series[str]":
    cells = piece.opened.sheet.columns[piece.opened.headers.index(header)]
    return cells[cells != ""]


def _listed(piece: Piece, named: set[str], wanted: str | None) -> set[str]:
    """The names on a list: those in the column headed as in the orders, or known as product, else in the one that shares most names."""
    headers = piece.opened.headers
    same = [header for header in headers if wanted and header_key(header) == header_key(wanted)]
    found = same[0] if same else _header(piece) or max(headers, key=lambda header: len(named & set(_cells(piece, header))))
    names = set(_cells(piece, found))
    if not same and _header(piece) is None and not names & named:
        text = _("{file}: no column holds products of the orders; say --map products.SOURCE=product.")
        raise IntakeError(text.format(file=piece.name))
    return names
