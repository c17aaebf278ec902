"""Tables put into the desk and learned from: one visitor at a time, all of it or nothing."""

import threading
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Literal

import streamlit as st

from churn import wording
from churn.errors import ChurnError, StoppedError, StoreError, TrainingError
from churn.histories import LEARNED, OF_EVENTS, together
from churn.intake import Intake, read
from churn.linking import Known
from churn.loads import Former
from churn.prepared import Wishes, wishes_of
from churn.report.history import is_back
from churn.risk import Scorecard
from churn.risk.columns import Label
from churn.risk.desk_history import foretell, has_history, preparing, preparing_again, turned
from churn.risk.desk_models import earlier_model, is_foretold
from churn.risk.fitting import Progress
from churn.risk.of_desk import add, adopt
from churn.tables import TABLES
from churn.wording import _
from ui.desk import SAMPLE, the_desk, who
from ui.own import Said
from ui.upload import Upload
from ui.working import now

_ORDER, _NEWS, _WANTED = "order to train", "news of the desk", "dials wanted"
_UNDER_WAY = threading.Lock()

News = Literal["done", "failed", "stopped"]


class Job:
    """One load under way. Streamlit draws the page anew at once when somebody clicks, while the run before it goes on to its next sign
    of progress: so what is said of a stop is settled here, between the two."""

    def __init__(self) -> None:
        self._settling = threading.Lock()
        self._stopped = self._writing = False
        self._thread = threading.get_ident()
        self._button: Any = None

    def offer_stop(self) -> None:
        """Draws the button that stops it, once."""
        if self._button is None:
            self._button = st.empty()
            self._button.button(_("Stop"), icon=":material/stop_circle:", on_click=_stop, args=(self,), key="stop training")

    def take_back_stop(self) -> None:
        """Takes the button away: what it stopped is written."""
        self._button.empty()

    def stop(self) -> bool:
        """Keeps the load from being written, and ends what the database does for it; says whether it was in time."""
        with self._settling:
            self._stopped = not self._writing
        if self._stopped:
            the_desk().interrupt(thread=self._thread)
        return self._stopped

    def may_write(self) -> bool:
        """Whether nobody has stopped it; if so, it can no longer be stopped."""
        with self._settling:
            self._writing = not self._stopped
        return self._writing


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


def load_own(upload: Upload, customers: Intake, said: Said) -> None:
    """Puts a visitor's customers into the desk, with a score where a label is named, lets go of the file and draws the page anew."""
    with _all_or_nothing() as job:
        card = _learned(job, customers, said.label, said.ignore, said.keep) if said.label else None
        _put(job, {"customers": customers}, card)
        upload.forget()


def add_own(upload: Upload, customers: Intake) -> None:
    """Puts a visitor's customers beside those in the desk, scored by its model, lets go of the file and draws the page anew."""
    with _all_or_nothing() as job:
        if not job.may_write():
            st.stop()
        add(the_desk(), customers, loaded_at=now(), by=who())
        if the_desk().setting(OF_EVENTS):
            the_desk().set_settings({OF_EVENTS: None})
        loaded = wording.plural("{n} customer", "{n} customers", customers.rows_accepted)
        _tell("done", _("{customers} added or brought up to date. All pages now show them.").format(customers=loaded))
        upload.forget()


def load_events(files: Sequence[tuple[str, Intake]], known: Known | None, forget: Callable[[], None]) -> None:
    """Puts tables of events beside the customers of the desk, or with customers made of them, and lets go of the files."""
    with _all_or_nothing() as job:
        tables, made = together(the_desk(), files, known)
        settings = {**dict.fromkeys(LEARNED), OF_EVENTS: True} if made else None
        prepare = preparing(wishes_of(the_desk())) if made else preparing_again(the_desk())
        with _loading(job) as tell:
            the_desk().load(tables, settings=settings, loaded_at=now(), by=who(), prepare=prepare, progress=tell)
        rows = [wording.plural("{n} row of {table}", "{n} rows of {table}", intake.rows_accepted) for intake in tables.values()]
        named = wording.listing([row.format(table=name) for row, name in zip(rows, tables, strict=True)])
        _tell("done", _("{tables} loaded. All pages now show them.").format(tables=named))
        forget()
        foresee()


def want(wishes: Wishes) -> None:
    """Asks for other dials, to be turned in the next run of the page, which is drawn at once."""
    st.session_state[_WANTED] = wishes
    st.rerun()


def wanted() -> Wishes | None:
    """The dials that were asked for, once."""
    asked: Wishes | None = st.session_state.pop(_WANTED, None)
    return asked


def turn(wishes: Wishes) -> None:
    """Has the desk read its histories by other dials, learns anew by them, and draws the page anew."""
    with _all_or_nothing() as job, _learning(job) as (tell, writing):
        found = turned(the_desk(), wishes, trained_on=now().date().isoformat(), progress=tell, writing=writing)
        told = _("The history is read so from now on. All pages show it.")
        why = _("There is no score of who leaves next: {why}").format(why=found) if found else ""
        _tell("done", " ".join([told, why]))


def load_sample() -> None:
    """Puts the sample firm into the desk, with the model that the desk has kept of it or a new one, and draws the page anew."""
    with _all_or_nothing() as job:
        intakes = {name: _sample_table(name) for name in TABLES if (SAMPLE / f"{name}.csv").exists()}
        if "customers" not in intakes:
            raise StoreError(_("The sample firm's files are not there: {folder} holds no customers.csv.").format(folder=SAMPLE.name))
        card = earlier_model(the_desk(), intakes["customers"]) or _learned(job, intakes["customers"])
        _put(job, intakes, card)
        foresee()


def foresee() -> None:
    """Learns from what happened in the desk's histories, where it has any and no such score yet, its making shown with a way to stop: who
    leaves within the days looked ahead."""
    desk, job = the_desk(), Job()
    if is_foretold(desk) or not has_history(desk):
        return
    with _learning(job) as (tell, _writing):
        try:
            foretell(desk, trained_on=now().date().isoformat(), progress=tell, may_write=job.may_write)
        except TrainingError as error:
            loaded: tuple[News, str] = st.session_state.get(_NEWS, ("done", _("The tables are loaded.")))
            _tell(loaded[0], _("{loaded} There is no score of who leaves next: {why}").format(loaded=loaded[1], why=error))


@contextmanager
def _loading(job: Job) -> Iterator[Progress]:
    """Shows what is being done to load, with a way to stop it up to the moment in which all of it is written down."""
    job.offer_stop()
    bar = st.progress(0.0, text=_("Loading; whatever you click meanwhile stops it"))
    yield _until_written(job, bar, _("{share} loaded: {what}"))
    job.take_back_stop()


def _until_written(job: Job, bar: Any, words: str) -> Progress:
    """Shows how far it is, and settles at the end whether it was stopped."""

    def tell(share: float, text: str) -> None:
        if share < 1:
            bar.progress(share, text=words.format(share=wording.percent(share, 0), what=text))
        elif not job.may_write():
            raise StoppedError(_("Stopped."))

    return tell


@contextmanager
def _learning(job: Job) -> Iterator[tuple[Progress, Progress]]:
    """Shows how far the learning from histories is, and then what follows from it, with a way to stop it."""
    st.button(_("Stop"), icon=":material/stop_circle:", on_click=_stop_foresight, args=(job,), key="stop foresight")
    bar = st.progress(0.0, text=_("Learning from what happened"))
    learned = _("{share} learned from what happened: {what}")

    def tell(share: float, text: str) -> None:
        bar.progress(share, text=learned.format(share=wording.percent(share, 0), what=text))

    yield tell, _until_written(job, bar, _("{share} written: {what}"))


def undo(former: Former) -> None:
    """Puts back what the desk held before the last load, without scores where their model is gone, and draws the page anew."""
    with _all_or_nothing():
        done = the_desk().undo(by=who(), at=now(), number=former.number, scores=former.lost_model is None)
        told = _("The last load is undone.") if done.kind == "undo" else _("The last load is back.")
        _tell("done", _("{what} {desk}").format(what=told, desk=is_back(done)))


@contextmanager
def _all_or_nothing() -> Iterator[Job]:
    """Keeps others from loading meanwhile; whatever goes wrong is told on a page drawn anew."""
    if not _UNDER_WAY.acquire(blocking=False):
        _tell("failed", _("Another table is being loaded just now, or a training is coming to its end. Try again in a moment."))
        st.rerun()
    try:
        yield Job()
    except StoppedError:
        pass  # whoever stopped it has been told
    except ChurnError as error:
        _tell("failed", _("{why} The desk is as it was.").format(why=error))
    finally:
        _UNDER_WAY.release()
    st.rerun()


def _learned(
    job: Job, customers: Intake, label: Label | None = None, ignore: Collection[str] = (), keep: Collection[str] = ()
) -> Scorecard:
    """A scorecard of these customers, its making shown with a way to stop. Streamlit ends the run at the next sign of progress."""
    from churn.risk import train

    job.offer_stop()
    rows = wording.plural("{n} customer", "{n} customers", customers.rows_accepted)
    bar = st.progress(0.0, text=_("Learning from {rows}").format(rows=rows))

    def tell(share: float, text: str) -> None:
        bar.progress(share, text=_("{share} learned: {what}").format(share=wording.percent(share, 0), what=text))

    card = train(
        customers.frame,
        id_column=customers.id_column,
        label=label.column if label else None,
        lost=label.lost if label else None,
        ignore=ignore,
        keep=keep,
        source=customers.file,
        digest=customers.digest,
        trained_on=now().date().isoformat(),
        progress=tell,
    )
    bar.progress(0.99, text=_("Scoring everybody"))
    return card


def _put(job: Job, intakes: Mapping[str, Intake], card: Scorecard | None) -> None:
    with _loading(job) as tell:
        adopt(the_desk(), intakes, card, loaded_at=now(), by=who(), progress=tell)
    loaded = wording.plural("{n} customer", "{n} customers", intakes["customers"].rows_accepted)
    if card is None:
        _tell("done", _("{customers} loaded. Nothing says who has left, so there is no score.").format(customers=loaded))
    else:
        _tell("done", _("{customers} loaded and scored. All pages now show them.").format(customers=loaded))


def _sample_table(name: str) -> Intake:
    return read((SAMPLE / f"{name}.csv").read_bytes(), file=f"{name}.csv", table=TABLES[name])


def _stop(job: Job) -> None:
    if job.stop():
        _tell("stopped", _("Stopped. The desk is as it was."))
    elif _NEWS not in st.session_state:
        _tell("stopped", _("It was too late to stop: the table is being loaded. Open this page again in a moment."))


def _stop_foresight(job: Job) -> None:
    if job.stop():
        _tell("stopped", _("Stopped. The tables stay as they are, and who leaves next was not learned anew."))


def _tell(kind: News, text: str) -> None:
    st.session_state[_NEWS] = (kind, text)
