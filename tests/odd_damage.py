"""What happens to the files of `odd_files` on their way: to their records, to the text, to the bytes."""

from collections.abc import Callable
from decimal import Decimal

from tests.odd_files import BALANCE, DAYS, FLAG, MONTHLY, NOTE, NUMBER_STYLES, NUMBERS, OWNER, POSTCODE, SHARE, Making, as_written_in


def titles(making: Making) -> None:
    full = making.random.random() < 0.5
    above = [[making.speech.title], ["2025"], []]
    making.records[:0] = [(making.line(*cells) if full else cells, -1) for cells in above]
    making.answers["--header-row"] = "4"


def blank_rows(making: Making) -> None:
    for at in sorted(making.random.sample(making.data_at, 3), reverse=True):
        making.records.insert(at, (making.random.choice(([], making.line())), -1))


def totals(making: Making) -> None:
    amounts = [sum((Decimal(str(cells[column])) for cells in making.cells), Decimal(0)) for column in (MONTHLY, BALANCE)]
    cells = making.line(making.speech.total)
    cells[MONTHLY], cells[BALANCE] = (
        as_written_in(NUMBER_STYLES[making.style.number][0](amount), making.style.encoding) for amount in amounts
    )
    making.records.append((cells, -1))
    if making.random.random() < 0.5:
        making.records.insert(making.data_at[9], (list(cells), -1))


def foot_notes(making: Making) -> None:
    making.records += [([], -1), ([making.speech.foot], -1), ([making.speech.title], -1)]


def header_again(making: Making) -> None:
    for at in (making.data_at[17], making.data_at[8]):
        making.records.insert(at, (list(making.headers), -1))


def two_row_header(making: Making) -> None:
    upper, lower, group = list(making.headers), making.line(), making.speech.groups[1]
    upper[MONTHLY : SHARE + 1], lower[MONTHLY : SHARE + 1] = [group, "", "", ""], making.headers[MONTHLY : SHARE + 1]
    making.records[0] = (lower, -1)
    making.records.insert(0, (upper, -1))
    making.answers["--header-row"] = "2"
    making.headers = [f"{group} {header}" if MONTHLY <= at <= SHARE else header for at, header in enumerate(making.headers)]


def trailing_delimiters(making: Making) -> None:
    making.records = [([*cells, ""], whose) for cells, whose in making.records]


def trailing_delimiters_below(making: Making) -> None:
    making.records = [([*cells, ""] if whose >= 0 else cells, whose) for cells, whose in making.records]


def padded(making: Making) -> None:
    making.records = [([f"{' ' * making.random.randint(0, 2)}{cell}  " for cell in cells], whose) for cells, whose in making.records]


def missing_words(making: Making) -> None:
    for column in (*NUMBERS, *DAYS, FLAG):
        for at in making.random.sample(making.data_at, 2):
            cells, whose = making.records[at]
            cells[column], making.cells[whose][column] = making.random.choice((making.speech.unknown, "-", "", "n/a")), None


def an_id_twice(making: Making) -> None:
    here, there = (making.records[making.data_at[at]] for at in (4, 15))
    here[0][0], making.cells[here[1]][0] = "K-77", "K-77"
    there[0][0], making.cells[there[1]][0] = "K-77", "K-77"
    making.spoilt.add(there[1])
    making.open.add("--duplicates")


def short_rows(making: Making) -> None:
    for at in making.random.sample(making.data_at, 3):
        cells, whose = making.records[at]
        del cells[NOTE:]
        making.cells[whose][NOTE:] = [None, None]


def empty_columns(making: Making) -> None:
    for at, (cells, _whose) in enumerate(making.records):
        cells.insert(PLAN_AT, "")
        cells.append(making.speech.groups[0] if at == 0 else "")
    making.headers.append(making.speech.groups[0])
    making.cells = [[*cells, None] for cells in making.cells]


PLAN_AT = 2


def repeated_headers(making: Making) -> None:
    making.records[0][0][POSTCODE] = making.records[0][0][OWNER] = making.headers[NOTE]
    making.headers[POSTCODE], making.headers[NOTE], making.headers[OWNER] = (
        f"{making.headers[NOTE]}{more}" for more in ("", " (2)", " (3)")
    )


def unnamed_index(making: Making) -> None:
    for cells, whose in making.records:
        cells.insert(0, "" if whose < 0 else str(whose))
    making.headers.insert(0, "column 1")
    making.cells = [[float(number), *cells] for number, cells in enumerate(making.cells)]


def line_below_header(making: Making) -> None:
    making.records.insert(1, (["-" * max(2, len(header)) for header in making.headers], -1))


def _plain_cell(making: Making, whose: int, column: int, text: str) -> None:
    """A cell with a text that needs no quotes and is there once, so that its bytes can be found again."""
    cells = next(cells for cells, owner in making.records if owner == whose)
    cells[column], making.cells[whose][column] = text, text


def marked_note(making: Making) -> None:
    whose = making.random.randrange(3, 20)
    _plain_cell(making, whose, NOTE, "markedcell")
    making.spoilt.add(whose)


def marked_note_and_no_owner(making: Making) -> None:
    marked_note(making)
    cells = next(cells for cells, whose in making.records if whose in making.spoilt)
    cells[OWNER] = ""


def unquoted_delimiter(making: Making, text: str) -> str:
    quote = "'" if making.style.quoting == "single" else '"'
    bare = text.replace(f"{quote}markedcell{quote}", "markedcell")
    return bare.replace("markedcell", f"marked{making.style.delimiter} cell")


def unquoted_break(making: Making, text: str) -> str:
    quote = "'" if making.style.quoting == "single" else '"'
    at = next(at for at, (_cells, whose) in enumerate(making.records) if whose in making.spoilt)
    making.records.insert(at + 1, (["cell"], -1))
    return text.replace(f"{quote}markedcell{quote}", "markedcell").replace("markedcell", f"marked{making.style.newline}cell")


def unclosed_quote(making: Making, text: str) -> str:
    quote = "'" if making.style.quoting == "single" else '"'
    return text.replace(f"{quote}markedcell{quote}", "markedcell").replace("markedcell", f"{quote}markedcell")


def cut(making: Making, text: str) -> str:
    whose = making.records[-1][1]
    making.spoilt.add(whose)
    last = text.rstrip("\r\n")
    start = last.rindex(next(cells for cells, owner in making.records if owner == whose)[0])
    return text[: making.random.randrange(start + 6, last.rindex(making.style.delimiter))]


def sep_line(making: Making, text: str) -> str:
    making.records.insert(0, ([], -1))
    making.answers["--header-row"] = "2"
    return f"sep={making.style.delimiter}{making.style.newline}{text}"


def stray_byte(making: Making, data: bytes) -> bytes:
    sign = "markedcell".encode(making.style.encoding.removesuffix("-sig"))
    sign = sign[2:] if sign[:2] in (b"\xff\xfe", b"\xfe\xff") else sign
    half = b"\xd8\x00" if making.style.encoding.endswith("be") else b"\x00\xd8"  # of a sign that takes two
    return data.replace(sign, sign[:6] + (b"\x81" if len(sign) == 10 else half) + sign[6:])


def nul_bytes(making: Making, data: bytes) -> bytes:
    sign = "markedcell".encode(making.style.encoding.removesuffix("-sig"))
    sign = sign[2:] if sign[:2] in (b"\xff\xfe", b"\xfe\xff") else sign
    return data.replace(sign, sign[:6] + b"\x00" * (len(sign) // 10) + sign[6:])


RECORDS: dict[str, Callable[[Making], None]] = {
    "titles": titles,
    "blank rows": blank_rows,
    "totals": totals,
    "notes at the foot": foot_notes,
    "header again": header_again,
    "two-row header": two_row_header,
    "trailing delimiters": trailing_delimiters,
    "trailing delimiters below": trailing_delimiters_below,
    "padded": padded,
    "missing words": missing_words,
    "an id twice": an_id_twice,
    "short rows": short_rows,
    "empty columns": empty_columns,
    "repeated headers": repeated_headers,
    "unnamed index": unnamed_index,
    "line below header": line_below_header,
    "unquoted delimiter": marked_note,
    "unquoted delimiter, nothing behind": marked_note_and_no_owner,
    "unquoted break": marked_note,
    "unclosed quote": marked_note,
    "stray byte": marked_note,
    "nul bytes": marked_note,
}
TEXT: dict[str, Callable[[Making, str], str]] = {
    "unquoted delimiter": unquoted_delimiter,
    "unquoted delimiter, nothing behind": unquoted_delimiter,
    "unquoted break": unquoted_break,
    "unclosed quote": unclosed_quote,
    "cut last line": cut,
    "sep line": sep_line,
}
BYTES: dict[str, Callable[[Making, bytes], bytes]] = {"stray byte": stray_byte, "nul bytes": nul_bytes}
DAMAGES = tuple(dict.fromkeys([*RECORDS, *TEXT, *BYTES]))
