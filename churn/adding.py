"""Customers put beside those that a desk holds already: known ones replaced, new ones added, as one load that can be undone."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from churn.errors import StoreError
from churn.intake import Field, Intake
from churn.intake.parsing.flags import as_flag
from churn.stored import StoredColumn
from churn.tables import CUSTOMERS, header_key
from churn.wording import _


def added(former: pd.DataFrame, columns: Sequence[StoredColumn], intake: Intake, *, file: str) -> Intake:
    """The customers of a desk (`former` with its `columns`, from `file`) and those of another file, as one intake to be loaded.

    A known id takes the file's cells, empty ones too, and keeps those of columns that the file lacks; new ids come after the others; new
    columns are empty for those not in the file.

    Raises StoreError where ids are lacking or a column would change its type.
    """
    customers = intake.settled()
    own_id = next((column.label for column in columns if column.name == "customer_id"), None)
    if own_id is None or customers.id_column is None:
        raise StoreError(_("Customers can only be added where the desk and the file have ids: load the whole table instead."))
    label_of = _labels(columns, customers.fields)
    _refuse_other_types(columns, customers, label_of)
    old, fresh = former.set_index(own_id), _as_the_desk_has_it(customers, columns, label_of).set_index(own_id)
    everybody = old.index.append(fresh.index[~fresh.index.isin(old.index)])
    cells = {own_id: pd.Series(everybody, index=everybody)}
    for label in [*(column.label for column in columns if column.label != own_id), *(str(name) for name in fresh if name not in old)]:
        cells[label] = (old if label in old else fresh)[label].reindex(everybody)
        if label in old and label in fresh:
            cells[label].loc[fresh.index] = fresh[label].astype(old[label].dtype)
    frame = pd.DataFrame(cells).reset_index(drop=True)
    return replace(
        customers,
        file=_("{former} and {file}").format(former=file, file=customers.file),
        frame=frame,
        rows=np.arange(1, len(frame) + 1, dtype=np.int64),
        rows_read=len(frame) + customers.rows_read - customers.rows_accepted,
        fields=_fields(frame, columns, customers, label_of),
    )


def _labels(columns: Sequence[StoredColumn], fields: Sequence[Field]) -> dict[str, str]:
    """The desk's label for each header of the file that means the same: as a column of the schema, or by its name."""
    by_name = {column.name: column.label for column in columns if CUSTOMERS.column(column.name)}
    by_key = {header_key(column.label): column.label for column in columns}
    known = {field.source: by_name.get(field.column or "") or by_key.get(header_key(field.source)) for field in fields}
    return {source: label for source, label in known.items() if label}


def _as_the_desk_has_it(customers: Intake, columns: Sequence[StoredColumn], label_of: Mapping[str, str]) -> pd.DataFrame:
    """The file's rows under the desk's labels; yes and no as the file spells them where the desk has words, and the other way round."""
    types = {column.label: column.type for column in columns}
    frame = customers.frame.copy(deep=False)
    for field in customers.fields:
        wanted = types.get(label_of.get(field.source, ""))
        if wanted == "text" and field.source in customers.spelled:
            frame[field.source] = customers.spelled[field.source]
        elif wanted == "flag" and field.type == "text":
            words = {word: as_flag(word) for word in frame[field.source].dropna().unique()}
            if None in words.values():
                raise StoreError(_told(field, wanted, customers.file))
            frame[field.source] = frame[field.source].map(words).astype("str")
    return frame.rename(columns=label_of)


def _told(field: Field, wanted: str, file: str) -> str:
    text = _("The column {column} holds {found} in {file} and {wanted} in the desk: mend the file, or load the whole table.")
    return text.format(column=field.source, found=field.type, file=file, wanted=wanted)


def _refuse_other_types(columns: Sequence[StoredColumn], customers: Intake, label_of: Mapping[str, str]) -> None:
    types = {column.label: column.type for column in columns}
    for field in customers.fields:
        label = label_of.get(field.source)
        wanted = types.get(label or "")
        if wanted and wanted != field.type and field.missing < customers.rows_read and {wanted, field.type} - {"id", "text", "flag"}:
            raise StoreError(_told(field, wanted, customers.file))


def _fields(frame: pd.DataFrame, columns: Sequence[StoredColumn], customers: Intake, label_of: Mapping[str, str]) -> tuple[Field, ...]:
    names = {column.label: column for column in columns}
    fresh = {label_of.get(field.source, field.source): field for field in customers.fields}
    found = []
    for label in map(str, frame):
        missing = int(frame[label].isna().sum())
        if label in names:
            column = names[label].name if CUSTOMERS.column(names[label].name) else None
            found.append(Field(label, column, names[label].type, missing, (), 1.0))
        else:
            found.append(replace(fresh[label], missing=missing, column=None, proposed=None))
    return tuple(found)
