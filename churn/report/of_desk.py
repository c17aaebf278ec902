"""The report of a whole desk, as it stands and as it is filtered."""

import hashlib
from datetime import date

from churn.actions.working import work_day
from churn.errors import FilterError
from churn.filters import Filters
from churn.findings.every import findings_of
from churn.report.findings_page import About, report_html
from churn.risk.desk_models import finds_signal, model_of, shows_deeper
from churn.store import Desk
from churn.view import levels_of, viewed
from churn.wording import _


def desk_report(desk: Desk, filters: Filters | None = None, *, is_sample: bool = False, today: date | None = None) -> str:
    """The report as HTML; customers held out on the work day of `today` are not named. Raises FilterError where no customer fits."""
    filters = filters or Filters()
    card, source = model_of(desk), desk.source("customers")
    trusted = card if card is not None and finds_signal(desk, card) else None
    with viewed(desk, filters) as view:
        sentence = filters.sentence(view.labels, view.names)
        if not view.customers:
            raise FilterError(_("No customer fits these filters: {sentence}.").format(sentence=sentence))
        day = None if today is None else work_day(view.dials, today)
        found = findings_of(view, levels_of(desk), trusted, deeper=shows_deeper(desk), day=day)
        about = About(
            firm=_("Sample firm") if is_sample else source.file,
            filters=sentence,
            as_of=None if view.dials is None else view.dials.as_of,
            digest=data_digest(desk),
            is_sample=is_sample,
        )
    return report_html(found, about)


def data_digest(desk: Desk) -> str:
    """Twelve signs that stay the same as long as the loaded files do: the begin of the SHA-256 of their own."""
    files = [f"{name} {desk.source(name).digest}" for name in sorted(desk.tables())]
    return hashlib.sha256("\n".join(files).encode()).hexdigest()[:12]
