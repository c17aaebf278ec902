"""Writes docs/tables.md, the data dictionary, from churn/tables/: python tools/dictionary.py"""

from pathlib import Path

from churn.tables import TABLES, Column, Table
from churn.tables.headers import HEADERS, LABELS

PAGE = Path(__file__).resolve().parent.parent / "docs" / "tables.md"


def dictionary() -> str:
    """The page as markdown."""
    head = (
        "# Tables\n\nMade from `churn/tables/` by `make docs`. A desk may hold only customers, or all of them. "
        "The headers that a file may use for a column are compared without case, spaces, accents and signs.\n"
    )
    return "\n".join([head, *map(section, TABLES.values()), languages()])


def section(table: Table) -> str:
    """One table."""
    key = f" Told apart by {' and '.join(f'`{name}`' for name in table.key)}." if table.key else ""
    extra = " Further columns are kept, with their own headers." if table.keeps_extra else ""
    rows = "\n".join(map(line, table.columns))
    head = "| column | type | meaning | rules | also known as |\n|---|---|---|---|---|"
    return f"## {table.name}\n\nOne row is {table.row}.{key}{extra}\n\n{head}\n{rows}\n"


def languages() -> str:
    """The headers that are known in other languages."""
    names = {**HEADERS, "the label: who was lost": LABELS}
    rows = "\n".join(
        f"| {column} | {language} | {words.replace('|', ', ')} |" for column, by in names.items() for language, words in by.items()
    )
    return f"## Headers in other languages\n\n| column | language | headers |\n|---|---|---|\n{rows}\n"


def line(column: Column) -> str:
    """One column."""
    limits = [f"from {column.low:g}" if column.low is not None else "", f"to {column.high:g}" if column.high is not None else ""]
    rules = ["needed" if column.required else "", ", ".join(column.choices), " ".join(filter(None, limits)), column.unit]
    return f"| `{column.name}` | {column.type} | {column.meaning} | {'; '.join(filter(None, rules))} | {', '.join(column.aliases)} |"


if __name__ == "__main__":
    PAGE.write_text(dictionary(), encoding="utf-8")
