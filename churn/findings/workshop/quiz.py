"""Scene: the room guesses why customers leave, then sees the mix that is quoted everywhere, and the firm's own."""

from dataclasses import dataclass, replace
from typing import ClassVar, Self

import pandas as pd

from churn.charts import workshop as charts
from churn.charts.look import OURS, UP
from churn.charts.look import QUOTED as QUOTED_COLOUR
from churn.findings.blocks import Figure, Table
from churn.findings.workshop.scene import Dial, Scene, Stage
from churn.measures import QUOTED, ReasonMix, quoted_standing
from churn.wording import _, listing, percent, plural, share_range


@dataclass(frozen=True, eq=False)
class ReasonQuiz(Stage):
    """What the room guesses for each reason, and whether it has been told; `own` is the firm's mix."""

    key: ClassVar[str] = "quiz"
    competitor: float = 0.0
    died: float = 0.0
    dissatisfied: float = 0.0
    friend: float = 0.0
    moved: float = 0.0
    unvalued: float = 0.0
    revealed: bool = False
    own: ReasonMix | None = None

    @classmethod
    def name(cls) -> str:
        """The short name."""
        return _("Reasons: guess first")

    def dials(self) -> tuple[Dial, ...]:
        """One for each reason, in an order that gives nothing away."""
        names = {
            "competitor": _("A competitor won them"),
            "died": _("They died"),
            "dissatisfied": _("Dissatisfied (low quality)"),
            "friend": _("A friend or relative elsewhere"),
            "moved": _("Moved, or of their own accord"),
            "unvalued": _("They felt unvalued"),
        }
        return tuple(Dial(field, label, 0.0, 1.0, 0.01, "share") for field, label in names.items())

    def told(self) -> Self:
        """The same once the answer is shown."""
        return replace(self, revealed=True)

    @property
    def guess(self) -> dict[str, float]:
        """The guessed shares by reason, as they stand."""
        guessed = (self.unvalued, self.dissatisfied, self.competitor, self.friend, self.moved, self.died)
        return dict(zip(QUOTED, guessed, strict=True))

    @property
    def away(self) -> float:
        """The share of customers whom the guess puts elsewhere than the quoted mix, both stretched to 100%: half the sum of differences."""
        quoted, guessed = sum(QUOTED.values()), sum(self.guess.values())
        return sum(abs(share / guessed - QUOTED[reason] / quoted) for reason, share in self.guess.items()) / 2

    def scene(self) -> Scene:
        """The sum of the guesses; once revealed the quoted mix, how far away the guess was, and the firm's own."""
        total = sum(self.guess.values())
        if not self.revealed:
            return Scene(
                title=_("Why do customers leave?"),
                question=_("Guess first: of 100 customers who left, how many for each of these reasons?"),
                said=_("Turn the dials until they sum to 100%, then reveal."),
                figures=(Figure(_("Your guesses sum to"), percent(total, 0), _("Aim at 100%")),),
            )
        first = max(QUOTED, key=lambda reason: QUOTED[reason])
        guess = (Figure(_("You were away by"), percent(self.away, 0), _("Of customers, put under another reason")),) if total else ()
        said = _("The mix that is often quoted says: {share} {reason}. Nobody has found the study behind it.")
        return Scene(
            title=_("Why do customers leave?"),
            question=_("Your guess beside the mix that is often quoted."),
            said=said.format(share=percent(QUOTED[first], 0), reason=first),
            figures=(
                Figure(_("Quoted: {reason}").format(reason=first), percent(QUOTED[first], 0), _("A claim, no finding")),
                *guess,
                *self._own(),
            ),
            words=_("Away by = half the sum of the differences, reason by reason"),
            chart=charts.guessed(list(QUOTED), self._mixes(), colours=self._colours(), alt=self._alt()),
            table=self._table(),
            notes=(quoted_standing(), *self._beside()),
        )

    def _own(self) -> tuple[Figure, ...]:
        if self.own is None:
            return ()
        row = self.own.mix.iloc[0]
        on = plural("First of all, of {n} stated reason; {range}", "First of all, of {n} stated reasons; {range}", self.own.stated)
        figure = Figure(
            _("Here: {reason}").format(reason=row["reason"]),
            percent(row["share"], 0),
            on.format(range=share_range(row["low"], row["high"], 0)),
        )
        return (figure,)

    def _beside(self) -> tuple[str, ...]:
        """The firm's reasons that the quoted mix does not know."""
        if self.own is None:
            return ()
        rows = self.own.mix[self.own.mix["quoted"].isna() & (self.own.mix["customers"] > 0)]
        told = [f"{reason} {percent(share, 0)}" for reason, share in zip(rows["reason"].head(5), rows["share"], strict=False)]
        return (_("Reasons of this firm that the quoted mix does not know: {reasons}.").format(reasons=listing(told)),) if told else ()

    def _mixes(self) -> list[tuple[str, list[float]]]:
        """The mixes by name, each with its shares in the order of the quoted one."""
        mixes = [(_("quoted"), list(QUOTED.values()))]
        if any(self.guess.values()):
            mixes.append((_("your guess"), list(self.guess.values())))
        if self.own is not None:
            here = dict(zip(self.own.mix["reason"].str.lower(), self.own.mix["share"], strict=True))
            mixes.append((_("this firm"), [float(here.get(reason, 0.0)) for reason in QUOTED]))
        return mixes

    def _colours(self) -> list[str]:
        return [QUOTED_COLOUR, *([UP] if any(self.guess.values()) else []), OURS]

    def _alt(self) -> str:
        told = [f"{reason} {percent(share, 0)}" for reason, share in QUOTED.items()]
        return _("The quoted mix: {reasons}.").format(reasons=listing(told))

    def _table(self) -> Table:
        words = {name: [percent(share, 0) for share in shares] for name, shares in self._mixes()}
        return Table(pd.DataFrame({_("Reason"): list(QUOTED), **words}), self._alt())
