"""Writes docs/export.md, the columns of the files for other programs, from churn/report/crm: python tools/exports.py"""

from pathlib import Path

import pandas as pd

from churn.report.crm import PROGRAMS, Field, Shape, merged
from churn.report.crm.shapes import SHAPES
from churn.report.crm.written import FIELDS

PAGE = Path(__file__).resolve().parent.parent / "docs" / "export.md"
TYPES = {"text": "text", "date": "day", "number": "number", "choice": "one of a list"}
HEAD = """# Lists for other programs

Made from `churn/report/crm/` by `make docs`. Lists leave the desk as CSV or XLSX files in the shapes that Dynamics 365, HubSpot and
Salesforce import, and as a file for a mail merge. Nothing is sent by itself: somebody takes the file and imports it there. Customers who
are held out of a campaign, who left or who died are in none of them.

    python -m churn export --desk PATH --as dynamics|hubspot|salesforce|merge --out FILE.(csv|xlsx)

writes the scored active customers, riskiest first, as accounts, or with `--list today` today's list as
tasks; on pages *Take along* does the same with the list that is shown: with something to do (a title or a due day) as tasks, else as
accounts.

- Days are written as YYYY-MM-DD in CSV, and as days in XLSX. Numbers are plain: a point for decimals, no sign of a currency, never rounded.
- CSV is UTF-8 with a byte order mark, without one for Salesforce. A cell that a spreadsheet could take for a formula begins with an
  apostrophe.
- Text longer than the program takes is cut and ends in "…", but an id is never cut. A row that lacks what a program requires is
  refused with a sentence.
- Columns marked *yours* are no fields of the program by itself: make them there first, or leave them out of the mapping.
- A priority is high from a risk of 50% on, low below 20%, and in the middle otherwise and where no risk is known.
"""


def page() -> str:
    """The page as markdown."""
    parts = [section(f"{PROGRAMS[program]}: {shape.into}", shape) for (program, _what), shape in SHAPES.items()]
    columns = ", ".join(f"`{column}`" for column in merged(pd.DataFrame({"customer_id": ["1"]})))
    merge = (
        f"## Mail merge\n\nOne row a customer, headers without spaces, for the mail merge of a word processor: {columns}. "
        "Risk is in words; "
        "Message holds the text with its gaps filled in. On the command line `--message` gives the text, with {name}, {contact_name} and "
        "{owner} in it.\n"
    )
    call = (
        "## For another page\n\n`ui.outward.take_along(made, rows=..., file=..., key=...)` draws the choice of program and the buttons; "
        f"`made()` gives a frame with `customer_id` and any others of {', '.join(f'`{name}`' for name in FIELDS[1:])}. In the library: "
        "`churn.report.crm.file_bytes(program, frame, ending)`.\n"
    )
    return "\n".join([HEAD, *parts, merge, call])


def section(title: str, shape: Shape) -> str:
    """One file."""
    rows = "\n".join(map(line, shape.fields))
    return f"## {title}\n\n{shape.how}\n\n| column | field there | type | meaning |\n|---|---|---|---|\n{rows}\n"


def line(field: Field) -> str:
    """One column."""
    rules = [TYPES[field.kind], "required" if field.required else "", f"at most {field.most:,} signs" if field.most else ""]
    name = f"`{field.name}`" + (" (yours)" if field.own else "")
    return f"| {field.header} | {name} | {'; '.join(filter(None, rules))} | {field.meaning} |"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
