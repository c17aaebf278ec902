"""A small firm with a history, worked out by hand, for tests of what is done with customers."""

import shutil
import tempfile
from datetime import date
from functools import cache
from pathlib import Path

import pandas as pd

from churn.intake import read
from churn.journal import Line
from churn.prepared import Wishes
from churn.risk.desk_history import preparing
from churn.store import Desk, open_desk
from churn.tables import TABLES

DAY = date(2026, 1, 1)
CUSTOMERS = """customer_id,name,segment,plan,started_on,ended_on,monthly_value,owner,contact_name
A1,Ann & Co,Small,Pro,2022-01-01,,100,Ruth,Anna
B2,Bob Ltd,Small,Pro,2023-01-01,,50,Sean,
C3,Cy Inc,Large,Basic,2024-01-01,,20,Ruth,Cy
D4,Dee,Large,Basic,2024-01-01,2025-11-01,10,Ruth,
H5,Hidden,Small,Pro,2022-01-01,,90,Ruth,Hal
X6,Dead,Small,Pro,2022-01-01,,80,Ruth,
"""
ORDERS = """customer_id,ordered_on,amount,product
A1,2025-11-01,1000,Desk
A1,2025-12-01,1000,Chair
B2,2025-12-01,500,Desk
B2,2025-12-05,500,Chair
B2,2025-12-06,500,Lamp
C3,2025-12-01,100,Desk
D4,2025-06-01,10,Desk
D4,2025-06-02,10,Chair
D4,2025-06-03,10,Lamp
D4,2025-06-04,10,Rug
H5,2025-12-01,900,Desk
X6,2025-12-01,800,Desk
"""
CONTACTS = """customer_id,contacted_on,direction,channel,kind,sentiment,resolved_on
A1,2025-12-20,in,phone,complaint,-0.5,
A1,2025-10-20,in,phone,complaint,-0.5,2025-10-25
B2,2025-12-10,in,email,complaint,-0.2,2025-12-12
D4,2025-10-15,in,email,complaint,-0.9,
C3,2025-12-30,in,web,feedback,0.5,2025-12-30
"""
SURVEYS = """customer_id,answered_on,question,score,reason,comment
A1,2025-12-15,nps,10,,Great people
B2,2025-12-15,nps,3,,Too slow for us
H5,2025-12-16,nps,2,,Words of the hidden
D4,2025-10-30,exit,,Went to Acme,Acme was cheaper
X6,2025-12-20,exit,,Died,
"""
PROMISES = """customer_id,promised_on,due_on,what,kept_on
A1,2025-12-01,2025-12-20,credit note,
A1,2025-12-01,2026-01-03,visit,
B2,2025-11-01,2025-11-20,call back,2025-11-19
B2,2025-11-01,2025-11-25,call back,2025-12-30
C3,2025-12-30,,send an offer,
D4,2025-10-01,2025-10-15,fix a fault,
H5,2025-12-01,2026-01-02,visit,
X6,2025-12-01,2026-01-02,flowers,
"""
TEXTS = {"customers": CUSTOMERS, "orders": ORDERS, "contacts": CONTACTS, "surveys": SURVEYS, "promises": PROMISES}


def firm(folder: Path, *tables: str) -> Desk:
    """An open desk with some of the tables (all where none is named), read at 1 January 2026, only `ended_on` saying who left. D4 has left,
    X6 died, and of those here H5 is held out of a campaign."""
    shutil.copytree(Path(_made(tables or tuple(TEXTS)).name) / "desk", folder)
    return open_desk(folder)


@cache
def _made(tables: tuple[str, ...]) -> "tempfile.TemporaryDirectory[str]":
    """The desk, made once for all tests."""
    made = tempfile.TemporaryDirectory()
    intakes = {name: read(TEXTS[name].encode(), file=f"{name}.csv", table=TABLES[name]).settled() for name in tables}
    arms = pd.DataFrame(
        {"customer_id": ["H5", "A1"], "arm": ["held_out", "acted"], "stratum": [0, 0], "risk": [0.5] * 2, "value": [1.0] * 2}
    )
    with open_desk(Path(made.name) / "desk") as desk:
        desk.load(intakes, alone=True, prepare=preparing(Wishes(as_of=DAY, gone_after=0)))
        desk.journal.note(Line("campaign", date(2025, 12, 1), what="Calls", until=date(2026, 3, 1)), members=arms)
    return made
