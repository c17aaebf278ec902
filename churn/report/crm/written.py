"""Lists of tasks and of scored customers, written in the shapes of other programs."""

import re
from typing import Any

import pandas as pd

from churn.errors import ChurnError
from churn.report.crm.shapes import PROGRAMS, Field, List, Program, Shape, shape_of
from churn.report.spreadsheets import WRITERS
from churn.wording import _, band_label, listing, percent, risk_band

BYTE_ORDER_MARK = b"\xef\xbb\xbf"
FIELDS = (
    *("customer_id", "name", "contact_name", "owner", "why", "title", "due", "risk", "value", "expected_gain", "message"),
)  # fmt: skip
_TEXTS = ("customer_id", "name", "contact_name", "owner", "why", "title", "message")
_NUMBERS = ("risk", "value", "expected_gain")


def exported(program: Program, rows: pd.DataFrame) -> pd.DataFrame:
    """The rows as the file that a program imports: a mail merge, tasks where there is anything to do, else accounts.

    Columns in: customer_id, and any others of `FIELDS`: name, contact_name, owner, why (a sentence), title (what to do), due (a day), risk
    (0..1), value and expected_gain (money), message (the words to say or write). Raises ChurnError where customer_id is missing.
    """
    if program == "merge":
        return merged(rows)
    return tasks(program, rows) if "title" in rows or "due" in rows else accounts(program, rows)


def file_bytes(program: Program, rows: pd.DataFrame, ending: str) -> bytes:
    """`exported` as a file that ends in ".csv" or ".xlsx"; formulas in cells stay text. Salesforce's CSV has no byte order mark, which its
    loader would take for a part of the first header."""
    written = WRITERS[ending](exported(program, rows))
    return written.removeprefix(BYTE_ORDER_MARK) if program == "salesforce" else written


def tasks(program: Program, rows: pd.DataFrame) -> pd.DataFrame:
    """The rows as tasks; columns in as in `exported`."""
    return _written(program, "tasks", rows)


def accounts(program: Program, rows: pd.DataFrame) -> pd.DataFrame:
    """The rows as scored accounts; columns in as in `exported`."""
    return _written(program, "accounts", rows)


def merged(rows: pd.DataFrame) -> pd.DataFrame:
    """One row a customer for a mail merge, headers without spaces: CustomerId, Name, ContactName, Greeting (the contact's name, else the
    customer's), Owner, Title, Due, Why, Risk (in words), Value, Message. Columns in as in `exported`."""
    full = _full(rows)
    return pd.DataFrame(
        {
            "CustomerId": full["customer_id"],
            "Name": full["name"],
            "ContactName": full["contact_name"],
            "Greeting": full["contact_name"].where(full["contact_name"] != "", full["name"]),
            "Owner": full["owner"],
            "Title": full["title"],
            "Due": full["due"],
            "Why": full["why"],
            "Risk": [percent(risk, 0) if pd.notna(risk) else "" for risk in full["risk"]],
            "Value": full["value"],
            "Message": full["message"],
        }
    )


def _written(program: Program, what: List, rows: pd.DataFrame) -> pd.DataFrame:
    if program not in PROGRAMS or program == "merge":
        raise ChurnError(_("{program} is no program that lists are written for.").format(program=program))
    shape = shape_of(program, what)
    full = _with_made(_full(rows), shape)
    found = pd.DataFrame({field.header: _cells(full, field) for field in shape.fields}, index=full.index)
    if empty := [
        field.header for field in shape.fields if field.required and (found[field.header].isna() | (found[field.header] == "")).any()
    ]:
        raise ChurnError(
            _("{program} wants {columns} in every row.").format(program=PROGRAMS[program], columns=listing(empty)),
        )
    return found


def _full(rows: pd.DataFrame) -> pd.DataFrame:
    """All of `FIELDS`, in their types: text is "" where it is missing, the name then the id; numbers NaN, days NaT."""
    if "customer_id" not in rows:
        raise ChurnError(_("A list needs {columns} to be written out.").format(columns=listing(["customer_id"])))
    full = rows.reset_index(drop=True).reindex(columns=list(FIELDS))
    texts = {column: full[column].astype("object").where(full[column].notna(), "").astype("str") for column in _TEXTS}
    texts["name"] = texts["name"].where(texts["name"] != "", texts["customer_id"])
    numbers = {column: pd.to_numeric(full[column]).astype("float64") for column in _NUMBERS}
    return full.assign(**texts, **numbers, due=pd.to_datetime(full["due"]).astype("datetime64[s]"))


def _with_made(full: pd.DataFrame, shape: Shape) -> pd.DataFrame:
    """With what the columns of a file are made of."""
    bands = [risk_band(risk) for risk in full["risk"]]
    high, medium, low = shape.priorities
    words = {"high": high, "medium": medium, "low": low, "unknown": medium}
    todo = full["title"].where(full["title"] != "", _("Contact"))
    reason = full["why"].where(full["why"] == "", full["why"] + "\n\n")
    return full.assign(
        subject=[_("{todo}: {name}").format(todo=what, name=name) for what, name in zip(todo, full["name"], strict=True)],
        description=(reason + full["message"]).str.strip(),
        priority=[words[band] for band in bands],
        risk_percent=100 * full["risk"],
        risk_band=[band_label(band) for band in bands],
        salesforce_account=_only(full["customer_id"], "001"),
        salesforce_user=_only(full["owner"], "005"),
    )


def _only(cells: "pd.Series[Any]", prefix: str) -> list[str]:
    """The cells that are Salesforce ids of a kind (15 or 18 signs, the first three say which), else ""."""
    shaped = re.compile(rf"{prefix}[0-9A-Za-z]{{12}}([0-9A-Za-z]{{3}})?")
    return [cell if shaped.fullmatch(cell) else "" for cell in cells]


def _cells(full: pd.DataFrame, field: Field) -> "pd.Series[Any]":
    if field.source.startswith("'"):
        return pd.Series(field.source.strip("'"), index=full.index, dtype="str")
    cells = full[field.source]
    if field.kind in ("text", "choice"):
        cells = cells.astype("str")
        cut = field.most and field.source != "customer_id"
        return cells.where(cells.str.len() <= field.most, cells.str.slice(0, field.most - 1) + "…") if cut else cells
    return cells
