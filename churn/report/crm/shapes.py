"""The columns that Dynamics 365, HubSpot and Salesforce import, and those of a mail merge: declared here alone.

Sources: Microsoft Dataverse, tables Task and Account, and "Import data in model-driven apps"; HubSpot, "Set up import files" and the tasks
API; Salesforce, objects Task and Account, and "Data types supported by Data Loader".
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from churn.wording import _

Program = Literal["dynamics", "hubspot", "salesforce", "merge"]
Kind = Literal["text", "date", "number", "choice"]
List = Literal["tasks", "accounts"]
ENDINGS = (".csv", ".xlsx")


@dataclass(frozen=True)
class Field:
    """One column of a file. `header` stands in its first row, `name` is what the program itself calls the field; one that the program does
    not have has to be made there first (`own`). `source` is the column of the frame that it comes from, or what it always says in quotes.
    Text longer than `most` signs is cut, with an ellipsis at its end, but never an id; 0: no limit."""

    header: str
    name: str
    kind: Kind
    source: str
    meaning: str
    required: bool = False
    most: int = 0
    own: bool = False


@dataclass(frozen=True)
class Shape:
    """One file that a program imports: into which of its tables, its columns, the words for high, medium and low priority, and how to
    import it."""

    into: str
    fields: tuple[Field, ...]
    priorities: tuple[str, str, str] = ("", "", "")
    how: str = ""


PROGRAMS: Mapping[Program, str] = MappingProxyType(
    {"dynamics": "Dynamics 365", "hubspot": "HubSpot", "salesforce": "Salesforce", "merge": _("Mail merge")}
)

_SCORED: tuple[tuple[str, Kind, str], ...] = (
    ("risk_percent", "number", _("risk of leaving in percent, 0 to 100; empty: not known")),
    ("risk_band", "text", _("low, medium, high, or not enough information")),
    ("why", "text", _("what moves the risk most")),
    ("value", "number", _("what the customer is worth if kept, or pays a month, in money")),
)


def _own(prefix: str, headers: tuple[str, str, str, str], names: tuple[str, str, str, str]) -> tuple[Field, ...]:
    """The four columns that no program has by itself."""
    return tuple(
        Field(header, f"{prefix}{name}", kind, source, meaning, most=255 if kind == "text" else 0, own=True)
        for header, name, (source, kind, meaning) in zip(headers, names, _SCORED, strict=True)
    )


_HEADERS = ("Churn Risk", "Churn Risk Band", "Churn Main Driver", "Churn Value")
_SALESFORCE = ("Churn_Risk__c", "Churn_Risk_Band__c", "Churn_Main_Driver__c", "Churn_Value__c")
_WIZARD = _("In the app: Import from Excel or CSV, choose the table, review the mapping. Regarding and Owner are found by their names.")
_HUBSPOT = _("In HubSpot: Import, file from computer, one file; the format of dates is year, month, day. Link companies by Customer ID.")
_LOADER = _("In Data Loader: Insert (tasks) or Upsert by AccountNumber or your own external id (accounts); map columns by their names.")

SHAPES: Mapping[tuple[Program, List], Shape] = MappingProxyType(
    {
        ("dynamics", "tasks"): Shape(
            "Task",
            (
                Field("Subject", "subject", "text", "subject", _("what to do, and with whom"), required=True, most=200),
                Field("Regarding", "regardingobjectid", "text", "name", _("the account, found by its name")),
                Field("Due Date", "scheduledend", "date", "due", _("the day to do it by")),
                Field("Priority", "prioritycode", "choice", "priority", _("High, Normal or Low, from the risk")),
                Field("Owner", "ownerid", "text", "owner", _("the user, found by the full name; empty: whoever imports")),
                Field("Description", "description", "text", "description", _("why, and the words to say"), most=2000),
                Field("Category", "category", "text", "'Retention'", _("tells these tasks from others"), most=250),
                Field("Subcategory", "subcategory", "text", "customer_id", _("the firm's own id of the customer"), most=250),
            ),
            ("High", "Normal", "Low"),
            _WIZARD,
        ),
        ("dynamics", "accounts"): Shape(
            "Account",
            (
                Field("Account Name", "name", "text", "name", _("the customer's name, or id where there is none"), required=True, most=160),
                Field("Account Number", "accountnumber", "text", "customer_id", _("the firm's own id of the customer"), most=20),
                Field("Owner", "ownerid", "text", "owner", _("the user, found by the full name; empty: whoever imports")),
                *_own("new_", _HEADERS, ("churnrisk", "churnriskband", "churnmaindriver", "churnvalue")),
            ),
            how=_WIZARD,
        ),
        ("hubspot", "tasks"): Shape(
            "Tasks",
            (
                Field("Task Title", "hs_task_subject", "text", "subject", _("what to do, and with whom"), required=True, most=255),
                Field("Due Date", "hs_timestamp", "date", "due", _("the day to do it by"), required=True),
                Field("Task Type", "hs_task_type", "choice", "'TODO'", _("always TODO")),
                Field("Priority", "hs_task_priority", "choice", "priority", _("HIGH, MEDIUM or LOW, from the risk")),
                Field("Task Status", "hs_task_status", "choice", "'NOT_STARTED'", _("always NOT_STARTED")),
                Field("Assigned To", "hubspot_owner_id", "text", "owner", _("the user, by name or e-mail; empty: nobody")),
                Field("Notes", "hs_task_body", "text", "description", _("why, and the words to say"), most=65536),
                Field("Customer ID", "customer_id", "text", "customer_id", _("the firm's own id, to link the company by"), own=True),
                Field("Company Name", "name", "text", "name", _("the company, to see whom it is about")),
            ),
            ("HIGH", "MEDIUM", "LOW"),
            _HUBSPOT,
        ),
        ("hubspot", "accounts"): Shape(
            "Companies",
            (
                Field("Company Name", "name", "text", "name", _("the customer's name, or id where there is none"), required=True),
                Field("Customer ID", "customer_id", "text", "customer_id", _("the firm's own id of the customer"), own=True),
                Field("Company Owner", "hubspot_owner_id", "text", "owner", _("the user, by name or e-mail; empty: nobody")),
                *_own("", _HEADERS, ("churn_risk", "churn_risk_band", "churn_main_driver", "churn_value")),
            ),
            how=_HUBSPOT,
        ),
        ("salesforce", "tasks"): Shape(
            "Task",
            (
                Field("Subject", "Subject", "text", "subject", _("what to do, and with whom"), required=True, most=255),
                Field("ActivityDate", "ActivityDate", "date", "due", _("the day to do it by")),
                Field("Status", "Status", "choice", "'Not Started'", _("always Not Started"), required=True),
                Field("Priority", "Priority", "choice", "priority", _("High, Normal or Low, from the risk"), required=True),
                Field("Description", "Description", "text", "description", _("why, and the words to say"), most=32000),
                Field("WhatId", "WhatId", "text", "salesforce_account", _("the account's Salesforce id if customers go by it, else empty")),
                Field("OwnerId", "OwnerId", "text", "salesforce_user", _("the user's Salesforce id where owners go by it, else empty")),
                Field("Customer_ID__c", "Customer_ID__c", "text", "customer_id", _("the firm's own id, to look WhatId up by"), own=True),
            ),
            ("High", "Normal", "Low"),
            _LOADER,
        ),
        ("salesforce", "accounts"): Shape(
            "Account",
            (
                Field("Name", "Name", "text", "name", _("the customer's name, or id where there is none"), required=True, most=255),
                Field("AccountNumber", "AccountNumber", "text", "customer_id", _("the firm's own id of the customer"), most=40),
                Field("OwnerId", "OwnerId", "text", "salesforce_user", _("the user's Salesforce id where owners go by it, else empty")),
                *_own("", _SALESFORCE, _SALESFORCE),
            ),
            how=_LOADER,
        ),
    }
)


def shape_of(program: Program, what: List) -> Shape:
    """The file that a program imports tasks, or accounts, from."""
    return SHAPES[program, what]
