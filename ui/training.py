"""Tables put into the desk and learned from: one visitor at a time, all of it or nothing."""

import threading
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Literal

import streamlit as st

from churn import wording
from churn.errors import ChurnError, StoreError
from churn.intake import Intake, read
from churn.risk import Scorecard
from churn.risk.columns import Label
from churn.risk.of_desk import adopt, earlier_model
from churn.tables import TABLES
from churn.wording import _
from ui.desk import SAMPLE, the_desk
from ui.upload import Upload

_ORDER, _NEWS = "order to train", "news of the desk"
_UNDER_WAY = threading.Lock()

News = Literal["done", "failed", "stopped"]


def order(what: str) -> None:
    """Asks for a load at the end of the next run of the page, in a button's callback; `what` names the button."""
    st.session_state[_ORDER] = what


def ordered() -> str | None:
    """What was ordered, once: a visitor who stops or leaves does not find it begun anew."""
    what: str | None = st.session_state.pop(_ORDER, None)
    return what


def show_news() -> None:
    """Draws how the last load went, once."""
    news: tuple[News, str] | None = st.session_state.pop(_NEWS, None)
    if news is None:
        return
    kind, text = news[0], wording.escape(news[1])
    if kind == "done":
        st.success(text, icon=":material/check:")
    elif kind == "failed":
        st.error(text, icon=":material/error:")
    else:
        st.info(text, icon=":material/stop_circle:")


def load_own(upload: Upload, customers: Intake, label: Label | None, ignore: Collection[str]) -> None:
    """Puts a visitor's customers into the desk, with a score where a label is named, lets go of the file and draws the page anew."""
    with _all_or_nothing():
        card = _learned(customers, label, ignore) if label else None
        _put({"customers": customers}, card)
        upload.forget()


def load_sample() -> None:
    """Puts the sample firm into the desk, with the model that the desk has kept of it or a new one, and draws the page anew."""
    with _all_or_nothing():
        intakes = {name: _sample_table(name) for name in TABLES if (SAMPLE / f"{name}.csv").exists()}
        if "customers" not in intakes:
            raise StoreError(_("The sample firm's files are not there: {folder} holds no customers.csv.").format(folder=SAMPLE.name))
        card = earlier_model(the_desk(), intakes["customers"]) or _learned(intakes["customers"], None, ())
        _put(intakes, card)


@contextmanager
def _all_or_nothing() -> Iterator[None]:
    """Keeps others from loading meanwhile; whatever goes wrong is told on a page drawn anew."""
    if not _UNDER_WAY.acquire(blocking=False):
        _tell("failed", _("Another visitor is loading a table right now. Try again when that is done."))
        st.rerun()
    try:
        yield
    except ChurnError as error:
        _tell("failed", _("{why} The desk is as it was.").format(why=error))
    finally:
        _UNDER_WAY.release()
    st.rerun()


def _learned(customers: Intake, label: Label | None, ignore: Collection[str]) -> Scorecard:
    """A scorecard of these customers, its making shown with a way to stop. Streamlit stops the run at the next sign of progress."""
    from churn.risk import train

    st.button(_("Stop"), icon=":material/stop_circle:", on_click=_stopped, key="stop training")
    rows = wording.plural("{n} customer", "{n} customers", customers.rows_accepted)
    bar = st.progress(0.0, text=_("Learning from {rows}").format(rows=rows))
    words = {"line": _("a straight line"), "trees": _("trees"), "pairs": _("pairs of columns")}

    def tell(share: float, text: str) -> None:
        bar.progress(share, text=_("{share} learned: {what}").format(share=wording.percent(share, 0), what=words.get(text, text)))

    return train(
        customers.frame,
        id_column=customers.id_column,
        label=label.column if label else None,
        lost=label.lost if label else None,
        ignore=ignore,
        source=customers.file,
        digest=customers.digest,
        trained_on=datetime.now(UTC).date().isoformat(),
        progress=tell,
    )


def _put(intakes: Mapping[str, Intake], card: Scorecard | None) -> None:
    adopt(the_desk(), intakes, card, loaded_at=datetime.now(UTC).replace(tzinfo=None))
    loaded = wording.plural("{n} customer", "{n} customers", intakes["customers"].rows_accepted)
    if card is None:
        _tell("done", _("{customers} loaded. Nothing says who has left, so there is no score.").format(customers=loaded))
    else:
        _tell("done", _("{customers} loaded and scored. All pages now show them.").format(customers=loaded))


def _sample_table(name: str) -> Intake:
    return read((SAMPLE / f"{name}.csv").read_bytes(), file=f"{name}.csv", table=TABLES[name])


def _stopped() -> None:
    """What the stop button leaves to say, unless the load was done first."""
    if _NEWS not in st.session_state:
        _tell("stopped", _("Stopped. The desk is as it was."))


def _tell(kind: News, text: str) -> None:
    st.session_state[_NEWS] = (kind, text)
