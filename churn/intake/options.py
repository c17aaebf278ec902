"""The options of every command that reads a file."""

import inspect
from collections.abc import Callable
from typing import Annotated, Any, Literal

import typer

from churn.intake.results import ReadOptions
from churn.intake.said import mapping_of
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
        **own: Any,
    ) -> None:
        between = "\t" if delimiter in ("tab", "\\t") else delimiter
        command(options=ReadOptions(sheet, header_row, encoding, between, duplicates, mapping_of(mapping or []), id_column), **own)

    asked = inspect.signature(run).parameters
    own = [argument for argument in inspect.signature(command).parameters.values() if argument.name != "options"]
    reading = [argument for argument in asked.values() if argument.kind is inspect.Parameter.KEYWORD_ONLY]
    named = [argument.replace(kind=inspect.Parameter.KEYWORD_ONLY) for argument in own]
    run.__signature__ = inspect.Signature([*named, *reading])  # type: ignore[attr-defined]
    run.__annotations__ = {argument.name: argument.annotation for argument in [*own, *reading]}
    run.__name__, run.__doc__ = command.__name__, command.__doc__
    return run
