"""What a person says of files on the command line: where they are, which tables they hold, which columns their headers are."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, Literal

from churn.errors import IntakeError
from churn.intake.parsing import Conventions
from churn.intake.results import ReadOptions
from churn.wording import _

ENDINGS = (".csv", ".tsv", ".txt", ".xlsx", ".xlsm", ".xlsb", ".xls", ".ods", ".parquet", ".gz", ".zip")
_DECIMALS: dict[str, Literal[".", ","]] = {".": ".", "point": ".", "dot": ".", ",": ",", "comma": ","}


def bytes_of(file: Path) -> bytes:
    """What the file holds. Raises IntakeError where there is none."""
    if not file.exists():
        raise IntakeError(_("There is no file {file}: is its name right, and its folder?").format(file=file))
    if file.is_dir():
        raise IntakeError(_("{file} is a folder: name one file in it.").format(file=file))
    return file.read_bytes()


def mapping_of(pairs: Iterable[str]) -> dict[str, str]:
    """Headers and the columns that they are, each said as SOURCE=COLUMN; a header may hold the sign itself. Raises IntakeError.

    >>> mapping_of(["Ref=customer_id", "a=b=plan", "Region="])
    {'Ref': 'customer_id', 'a=b': 'plan', 'Region': ''}
    """
    mapping = {}
    for pair in pairs:
        source, equals, column = pair.rpartition("=")
        if not equals:
            raise IntakeError(_("--map wants SOURCE=COLUMN and was given '{pair}'.").format(pair=pair))
        mapping[source] = column
    return mapping


def constants_of(said: Iterable[str]) -> list[tuple[str, str, str]]:
    """Table or file, column and value of each constant, said as TABLE.COLUMN=VALUE. Raises IntakeError.

    >>> constants_of(["surveys.question=exit", "usage.csv.channel=web"])
    [('surveys', 'question', 'exit'), ('usage.csv', 'channel', 'web')]
    """
    found = []
    for one in said:
        place, equals, value = one.partition("=")
        table, dot, column = place.rpartition(".")
        if not (equals and dot and table and column and value.strip()):
            raise IntakeError(_("--set wants TABLE.COLUMN=VALUE and was given '{said}'.").format(said=one))
        found.append((table, column, value.strip()))
    return found


def conventions_of(
    *,
    decimal: str | None = None,
    date_order: Any = None,
    calendar: Any = None,
    epoch: str | int | None = None,
    century: str | int | None = None,
) -> Conventions:
    """What was said of how cells are to be read; None where nothing was. Raises IntakeError for a sign that is no decimal sign.

    >>> conventions_of(decimal="comma", epoch="1904")
    Conventions(decimal=',', date_order=None, calendar=None, epoch=1904, century=None)
    """
    sign = _DECIMALS.get(decimal.casefold()) if decimal else None
    if decimal and sign is None:
        raise IntakeError(_("--decimal wants . or , and was given '{sign}'.").format(sign=decimal))
    year: Any = int(epoch) if epoch else None
    hundred: Any = int(century) if century else None
    return Conventions(decimal=sign, date_order=date_order, calendar=calendar, epoch=year, century=hundred)


def answers_of(options: ReadOptions) -> dict[str, Any]:
    """What was said of the columns, in plain types, to be said again of files of the same shape; empty where nothing was."""
    said = {name: value for name, value in asdict(options.conventions).items() if value is not None}
    if options.duplicates:
        said["duplicates"] = options.duplicates
    mapping = dict(options.mapping) | ({options.id_column: "customer_id"} if options.id_column else {})
    return said | ({"mapping": mapping} if mapping else {})


def said_again(options: ReadOptions, answers: Mapping[str, Any]) -> ReadOptions:
    """The options with what `answers_of` gave for a file of the same shape, where they say nothing themselves.

    >>> said_again(ReadOptions(duplicates="last"), {"duplicates": "first", "decimal": ","}).duplicates
    'last'
    """
    own = {name: value for name, value in asdict(options.conventions).items() if value is not None}
    known = {name: value for name, value in answers.items() if name in asdict(options.conventions)}
    return replace(
        options,
        duplicates=options.duplicates or answers.get("duplicates"),
        mapping=options.mapping or answers.get("mapping", {}),
        conventions=Conventions(**(known | own)),
    )


def readable(folder: Path) -> list[Path]:
    """The files of a folder whose endings are those of tables."""
    return sorted(path for path in folder.iterdir() if path.suffix.lower() in ENDINGS and not path.is_dir())
