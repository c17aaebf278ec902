"""The options of every command that reads a file."""

import inspect
from collections.abc import Callable
from typing import Annotated, Any, Literal

import typer

from churn.intake.limits import Limits
from churn.intake.results import ReadOptions
from churn.intake.said import conventions_of, mapping_of
from churn.wording import _


def reads_a_file(command: Callable[..., None]) -> Callable[..., None]:
    """Gives a command the options that say how to read a file; it gets them as one `options: ReadOptions`."""

    def run(
        *,
        sheet: Annotated[str | None, typer.Option(help=_("which sheet of a workbook"))] = None,
        header_row: Annotated[int | None, typer.Option(help=_("the row that holds the headers, counted from 1"))] = None,
        encoding: Annotated[str | None, typer.Option(help=_("how a text file is encoded, for example cp1252"))] = None,
        delimiter: Annotated[str | None, typer.Option(help=_("what stands between cells; say tab for a tab"))] = None,
        duplicates: Annotated[
            Literal["first", "last", "refuse"] | None, typer.Option(help=_("which row to keep where an id comes twice"))
        ] = None,
        mapping: Annotated[
            list[str] | None, typer.Option("--map", help=_("SOURCE=COLUMN: a header, and the desk's column that it is"))
        ] = None,
        id_column: Annotated[str | None, typer.Option("--id", help=_("the column that holds the customer's id"))] = None,
        decimal: Annotated[str | None, typer.Option(help=_("the decimal sign, . or , where cells like 1.234 leave it open"))] = None,
        date_order: Annotated[
            Literal["dmy", "mdy", "ymd"] | None, typer.Option(help=_("the order of day, month and year where 01/02/2026 leaves it open"))
        ] = None,
        calendar: Annotated[
            Literal["gregorian", "persian", "islamic"] | None, typer.Option(help=_("the calendar where years such as 1445 leave it open"))
        ] = None,
        epoch: Annotated[
            Literal["1900", "1904"] | None, typer.Option(help=_("the year from which day numbers such as 46259 count"))
        ] = None,
        century: Annotated[
            Literal["1900", "2000"] | None, typer.Option(help=_("the century of years of two digits where they leave it open"))
        ] = None,
        most_rows: Annotated[int, typer.Option(min=1, help=_("refuse files with more rows"))] = Limits.rows,
        most_columns: Annotated[int, typer.Option(min=1, help=_("refuse files with more columns"))] = Limits.columns,
        most_megabytes: Annotated[int, typer.Option(min=1, help=_("refuse larger files"))] = Limits.megabytes,
        most_cells: Annotated[int, typer.Option(min=1, help=_("refuse files with more cells"))] = Limits.cells,
        **own: Any,
    ) -> None:
        conventions = conventions_of(decimal=decimal, date_order=date_order, calendar=calendar, epoch=epoch, century=century)
        limits = Limits(megabytes=most_megabytes, rows=most_rows, columns=most_columns, cells=most_cells)
        between = "\t" if delimiter in ("tab", "\\t") else delimiter
        mapped = mapping_of(mapping or [])
        command(options=ReadOptions(sheet, header_row, encoding, between, duplicates, mapped, id_column, conventions, limits), **own)

    asked = inspect.signature(run).parameters
    own = [argument for argument in inspect.signature(command).parameters.values() if argument.name != "options"]
    reading = [argument for argument in asked.values() if argument.kind is inspect.Parameter.KEYWORD_ONLY]
    named = [argument.replace(kind=inspect.Parameter.KEYWORD_ONLY) for argument in own]
    run.__signature__ = inspect.Signature([*named, *reading])  # type: ignore[attr-defined]
    run.__annotations__ = {argument.name: argument.annotation for argument in [*own, *reading]}
    run.__name__, run.__doc__ = command.__name__, command.__doc__
    return run
