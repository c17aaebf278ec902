"""PLAYBOOK: what to do about a sign or a reason, with its words, its cost and when it pays."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from churn.actions.parting import CONDOLENCE, OTHER
from churn.actions.play import FOLLOW_UP, Channel, Play
from churn.actions.plays import DEFAULTS
from churn.errors import ChurnError
from churn.journal import Line
from churn.measures.reason_aliases import KNOWN
from churn.store import Desk
from churn.store.noting import Noted
from churn.wording import _, number

__all__ = ["DEFAULTS", "FOLLOW_UP", "REASONS", "Channel", "Play", "keep_playbook", "last_kept", "playbook_of", "plays_for"]

# What a play can answer, as the exit questionnaire offers it.
REASONS = (*KNOWN, OTHER)


def playbook_of(desk: Desk) -> tuple[Play, ...]:
    """The firm's plays as last kept, or those that a desk begins with."""
    lines = desk.journal.lines("playbook")
    kept = lines["more"].iloc[-1].get("plays") if len(lines) else None
    return tuple(map(Play.from_json, kept)) if kept else DEFAULTS


def last_kept(desk: Desk) -> int:
    """The number of the journal's last line of the playbook; 0 where nothing was ever kept."""
    return _last(desk.journal.lines)


def keep_playbook(
    desk: Desk, plays: Sequence[Play] | None, *, day: date, by: str = "", at: datetime | None = None, after: int | None = None
) -> None:
    """Keeps these plays for everybody who uses the desk; None: those that a desk begins with.

    Raises ChurnError where a play cannot be, and where somebody kept others since the line numbered `after`.
    """
    if plays is not None:
        _check(plays)

    def check(noted: Noted) -> None:
        if after is not None and _last(noted) > after:
            raise ChurnError(_("Somebody else changed the playbook meanwhile. Look at it as it is now, and change it again."))

    more = {"plays": None if plays is None else [play.as_json() for play in plays]}
    desk.journal.note(Line("playbook", day, noted_by=by, more=more), at=at, check=check)


def plays_for(plays: Iterable[Play], *, signs: Iterable[str] = (), reason: str = "") -> list[Play]:
    """The plays that answer any of the signs or the reason, else those for anybody; the cheapest first and discounts last. Where somebody
    died, only what answers that."""
    every, shown = list(plays), set(signs)
    if reason == "died":
        return [play for play in every if reason in play.reasons] or [play for play in DEFAULTS if play.key == CONDOLENCE]
    fitting = [play for play in every if shown & set(play.signs) or (reason and reason in play.reasons)]
    return sorted(fitting or [play for play in every if "" in play.signs], key=lambda play: (play.offer > 0, play.contact + play.offer))


def _last(noted: Noted) -> int:
    lines = noted("playbook")
    return int(lines["number"].iloc[-1]) if len(lines) else 0


def _check(plays: Sequence[Play]) -> None:
    if not plays:
        raise ChurnError(_("A playbook needs at least one play."))
    titles: set[str] = set()
    keys = [play.key for play in plays]
    for place, play in enumerate(plays, 1):
        play.checked()
        if play.title.casefold() in titles or keys.count(play.key) > 1:
            raise ChurnError(
                _("Two plays are called {play} (row {row}): give one another name.").format(play=play.title, row=number(place))
            )
        titles.add(play.title.casefold())
