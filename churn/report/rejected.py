"""The rows of a file that cannot be used, as a sheet that can be mended and loaded again."""

import pandas as pd

from churn.intake import ROW_UNUSED, WHY_UNUSED, Intake
from churn.wording import _


def rejected_sheet(intake: Intake) -> pd.DataFrame:
    """All rejected rows in the order of the file: their row there, their cells as written under the file's own headers, and last a
    column that says why each was set aside. Read again, the first column and the last are passed over."""
    why: dict[int, list[str]] = {}
    for reject in intake.rejected:
        said = _("{column}: {why}").format(column=reject.column, why=reject.why) if reject.column else reject.why
        why.setdefault(reject.row, []).append(said)
    rows = intake.unused.index.tolist()
    sheet = intake.unused.reset_index(drop=True)
    sheet.insert(0, ROW_UNUSED, rows)
    return sheet.assign(**{WHY_UNUSED: ["; ".join(dict.fromkeys(why.get(row, []))) for row in rows]})
