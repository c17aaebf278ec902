"""What a comparison says, in a sentence that a manager can repeat; the only place where the desk speaks of an effect."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from churn import wording
from churn.actions.comparing import LEAST_LEFT, Difference, Gain, Pair, difference, does_harm, kept
from churn.actions.following import Trial
from churn.actions.power import points, smallest_difference
from churn.wording import _, plural

LEAST_IN_GROUP = 50

Kind = Literal["helped", "harmed", "unsure", "early", "stop", "nobody"]


@dataclass(frozen=True)
class Verdict:
    """What one or more campaigns say: its kind (`helped`, `harmed`, `unsure`; `early`: not over yet, or stopped; `stop`: harm before the
    end; `nobody`: one side is empty), the difference of who left, the money on all who were acted on (None where it cannot be told) and of
    how many campaigns it is not known (`unvalued`), how many stood on each side and how many of them left, the sentence, and one without
    figures for a list."""

    kind: Kind
    sentence: str
    short: str
    difference: Difference | None = None
    gain: Gain | None = None
    unvalued: int = 0
    acted: int = 0
    held_out: int = 0
    acted_left: int = 0
    held_out_left: int = 0


@dataclass(frozen=True)
class Group:
    """A group of customers within campaigns, and how those acted on differed; intervals wide enough for all groups at once."""

    name: str
    difference: Difference


@dataclass(frozen=True)
class Groups:
    """The groups that are large enough to be looked at alone, and the names of those that are not."""

    told: tuple[Group, ...]
    small: tuple[str, ...]


def verdict(trial: Trial) -> Verdict:
    """What one campaign says."""
    if not trial.pair.complete:
        text = _("Nothing can be said: on one side there is nobody whose outcome the data tell.")
        return Verdict("nobody", text, text)
    if trial.state != "over":
        return _before_the_end(trial)
    return together([trial])


def together(trials: Sequence[Trial]) -> Verdict:
    """What campaigns that are over say, put together campaign by campaign."""
    over = [trial for trial in trials if trial.counts]
    pairs = [trial.pair for trial in over]
    found = difference(pairs)
    if found is None:
        text = _("No campaign is over yet, so nothing can be said.")
        return Verdict("nobody", text, text)
    cost = sum(trial.cost for trial in over if trial.pair.valued)
    counts = _counts(pairs)
    return Verdict(
        kind="unsure" if not found.is_clear else "helped" if found.high < 0 else "harmed",
        sentence=_sentence(found, counts, campaigns=len(pairs)),
        short=_short(found, counts),
        difference=found,
        gain=kept(pairs, cost=cost),
        unvalued=sum(not pair.valued for pair in pairs),
        **counts,
    )


def groups(pairs: Mapping[str, Sequence[Pair]]) -> Groups:
    """The same by group: those with 50 customers and five leavers on each side, intervals widened for their number (Dunn, 1961)."""
    large = {name: some for name, some in sorted(pairs.items()) if _is_large(some)}
    found = {name: difference(some, comparisons=len(large)) for name, some in large.items()}
    told = tuple(Group(name, one) for name, one in found.items() if one is not None)
    return Groups(told, tuple(name for name in sorted(pairs) if name not in large))


def interval(found: Difference) -> str:
    """The interval of a difference in words."""
    return _("{low} to {high} points").format(low=wording.signed(100 * found.low, 1), high=wording.signed(100 * found.high, 1))


def money_sentence(found: Gain | None, *, months: float, unvalued: int = 0) -> str:
    """What acting brought in money, with what that was computed on; `unvalued` campaigns are not in it."""
    if found is None:
        return plural(
            "In money nothing can be said: that takes {n} known leaver or more on each side, with their monthly values.",
            "In money nothing can be said: that takes {n} known leavers or more on each side, with their monthly values.",
            LEAST_LEFT,
        )
    text = _("Brought in money, costs of {cost} taken off: {money}, 95% interval {range}; a leaver takes along {months} of monthly value.")
    told = text.format(
        cost=wording.money(found.cost),
        money=wording.signed(found.money),
        range=_("{low} to {high}").format(low=wording.signed(found.low), high=wording.signed(found.high)),
        months=plural("{n} month", "{n} months", round(months)),
    )
    if unvalued:
        apart = plural(
            "{n} campaign, of which too few amounts are known, is not in it.",
            "{n} campaigns, of which too few amounts are known, are not in it.",
            unvalued,
        )
        told = f"{told} {apart}"
    if found.low > 0:
        return f"{told} {_('It gained money.')}"
    return f"{told} {_('It lost money.') if found.high < 0 else _('So it may have gained or lost money.')}"


def _short(found: Difference, counts: Mapping[str, Any]) -> str:
    """The verdict without its figures."""
    if found.is_clear:
        return _("It helped.") if found.high < 0 else _("It did harm.")
    return _("Nothing can be said. {why}").format(why=_could_see(found, counts))


def _sentence(found: Difference, counts: Mapping[str, Any], *, campaigns: int) -> str:
    seen = _("Of {acted} contacted {first} left, of {held} held out {second}").format(
        acted=wording.number(counts["acted"]),
        first=wording.percent(found.acted),
        held=wording.number(counts["held_out"]),
        second=wording.percent(found.held_out),
    )
    if campaigns > 1:
        seen = _("{seen} (shares weighted campaign by campaign)").format(seen=seen)
    by = _("{points} points").format(points=wording.number(100 * abs(found.difference), 1))
    if found.high < 0:
        text = _("It helped. {seen}: {by} fewer (95% interval {interval}).")
    elif found.low > 0:
        text = _("It did harm. {seen}: {by} more (95% interval {interval}).")
    else:
        text = _("Nothing can be said. {seen}: the interval of the difference, {interval}, holds nought.")
    told = text.format(seen=seen, by=by, interval=interval(found))
    return told if found.is_clear else f"{told} {_could_see(found, counts)}"


def _could_see(found: Difference, counts: Mapping[str, Any]) -> str:
    """How small a difference so many customers could have shown."""
    least = smallest_difference(counts["acted"], counts["held_out"], found.held_out)
    if found.held_out == 0:
        return _("Of the held out nobody left, so there was nothing to keep.")
    if least == 0:
        return _("All of the held out left, so it cannot be told how small a difference would have been seen.")
    if least > found.held_out:
        return _("With so few held out, even keeping everybody could not have been seen.")
    return _("With so many held out only a difference above {points} points would have been seen.").format(points=points(least))


def _before_the_end(trial: Trial) -> Verdict:
    pair, counts = trial.pair, _counts([trial.pair])
    sofar = _("So far {first} of {acted} contacted and {second} of {held} held out have left.").format(
        first=wording.number(counts["acted_left"]),
        acted=wording.number(counts["acted"]),
        second=wording.number(counts["held_out_left"]),
        held=wording.number(counts["held_out"]),
    )
    if does_harm(pair):
        text = _("Stop it: more of those contacted leave than of those held out, beyond chance (3.29 standard errors). {sofar}")
        if trial.state == "stopped":
            text = _("It did harm before it was stopped: more of those contacted left, beyond chance (3.29 standard errors). {sofar}")
        told = text.format(sofar=sofar)
        return Verdict("stop", told, told, **counts)
    if trial.state == "stopped":
        text = _(
            "Stopped on {day} before its end, so nothing can be said. Until then {first} of {acted} contacted and {second} of {held} left."
        )
        told = text.format(
            day=wording.date(trial.stopped_on),
            first=wording.number(counts["acted_left"]),
            acted=wording.number(counts["acted"]),
            second=wording.number(counts["held_out_left"]),
            held=wording.number(counts["held_out"]),
        )
        return Verdict("early", told, _("Stopped on {day} before its end.").format(day=wording.date(trial.stopped_on)), **counts)
    until = _("Not over until {day}.").format(day=wording.date(trial.until))
    return Verdict("early", f"{until} {sofar}", until, **counts)


def _counts(pairs: Sequence[Pair]) -> dict[str, Any]:
    return {
        "acted": sum(pair.acted.followed for pair in pairs),
        "held_out": sum(pair.held_out.followed for pair in pairs),
        "acted_left": sum(pair.acted.left for pair in pairs),
        "held_out_left": sum(pair.held_out.left for pair in pairs),
    }


def _is_large(pairs: Sequence[Pair]) -> bool:
    counts = _counts(pairs)
    many = min(counts["acted"], counts["held_out"]) >= LEAST_IN_GROUP
    return bool(many and min(counts["acted_left"], counts["held_out_left"]) >= LEAST_LEFT)
