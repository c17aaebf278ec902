"""OUT: lists of the desk in the shapes that other programs import. Nothing leaves by itself: these are frames, to be written to a file."""

from churn.report.crm.shapes import ENDINGS, PROGRAMS, Field, Program, Shape, shape_of
from churn.report.crm.written import FIELDS, accounts, exported, file_bytes, merged, tasks

__all__ = [
    "ENDINGS",
    "FIELDS",
    "PROGRAMS",
    "Field",
    "Program",
    "Shape",
    "accounts",
    "exported",
    "file_bytes",
    "merged",
    "shape_of",
    "tasks",
]
