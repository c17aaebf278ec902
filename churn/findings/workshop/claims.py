"""Scene: what surveys and books claim, beside the loaded firm's own figures."""

import math
from dataclasses import dataclass
from typing import ClassVar

from churn.findings.blocks import Figure
from churn.findings.workshop.scene import Scene, Stage
from churn.findings.workshop.start import Flow
from churn.measures import QUOTED, Concentration, ExistingAgainstNew, ReasonMix, quoted_existing_standing, quoted_standing, share_of
from churn.money import gain_of_points, kept_after
from churn.wording import _, number, number_range, percent, plural, share_range


@dataclass(frozen=True)
class Claim:
    """What is claimed, how sound that is, and the firm's figure with its interval; where there is no figure `on` says what is lacking."""

    claim: str
    standing: str
    here: str
    on: str


@dataclass(frozen=True, eq=False)
class Claims(Stage):
    """The claims beside what is known of the loaded firm; None where it does not say."""

    key: ClassVar[str] = "claims"
    loaded: bool = False
    flow: Flow | None = None
    reasons: ReasonMix | None = None
    loyal: Concentration | None = None
    existing: ExistingAgainstNew | None = None

    @classmethod
    def name(cls) -> str:
        """The short name."""
        return _("Claims against your data")

    def claims(self) -> tuple[Claim, ...]:
        """All of them."""
        return (
            self._unvalued(),
            Claim(
                _("The loyal 20% bring 80% of the business"),
                _("No primary source; concentration differs from firm to firm."),
                *self._loyal(),
            ),
            Claim(_("Existing customers are 50% likelier to try a new product"), quoted_existing_standing(), *self._tried()),
            Claim(_("Existing customers spend 31% more"), quoted_existing_standing(), *self._spent()),
            Claim(
                _("Five points more retention raise profit 25 to 95%"),
                _("Value for each customer in certain industries, not profit (Reichheld, 1990)."),
                *self._points(),
            ),
            Claim(
                _("A new customer costs 5 to 25 times a kept one"),
                _("Often claimed, never settled."),
                "",
                _("No table holds what winning and keeping cost: put in your own under Keep or win."),
            ),
            Claim(
                _("A third of lost customers would come back if asked (20 to 40%, against 5 to 20% of strangers)"),
                _("Griffin and Lowenstein (2001), known through others only."),
                "",
                _("No table says yet which lost customers were asked, and which came back."),
            ),
        )

    def scene(self) -> Scene:
        """Each claim as a figure: the firm's own where it is known."""
        found = self.claims()
        known = sum(bool(claim.here) for claim in found)
        told = plural("Of {all} claims the loaded data answer {n}.", "Of {all} claims the loaded data answer {n}.", known)
        return Scene(
            title=_("What do your own data say?"),
            question=_("Claims that everybody quotes, how sound they are, and what is so here."),
            said=told.format(all=number(len(found)))
            if self.loaded
            else _("No customers are loaded, so the claims stand alone. Who has checked them?"),
            figures=tuple(Figure(claim.claim, claim.here or _("not known here"), f"{claim.on} {claim.standing}") for claim in found),
        )

    def _unvalued(self) -> Claim:
        first = next(iter(QUOTED))
        claim = _("67% of those who leave feel unvalued (then 14% dissatisfied, 9% a competitor, 5% friends, 3% of own accord, 1% died)")
        if self.reasons is None or not self.reasons.stated:
            return Claim(claim, quoted_standing(), "", _("Nobody who left has stated a reason: load exit surveys, or a column of reasons."))
        rows = self.reasons.mix[self.reasons.mix["reason"].str.lower() == first]
        found = share_of(int(rows["customers"].sum()), self.reasons.stated)
        on = plural("Of {n} stated reason; 95% interval {range}.", "Of {n} stated reasons; 95% interval {range}.", found.total)
        return Claim(claim, quoted_standing(), percent(found.share, 0), on.format(range=share_range(found.low, found.high, 0)))

    def _loyal(self) -> tuple[str, str]:
        if self.loyal is None or not self.loyal.revenue > 0:
            return "", _("No revenue is known: load orders, or monthly values.")
        on = plural("{n} customer, all counted, so no interval.", "{n} customers, all counted, so no interval.", self.loyal.customers)
        return percent(self.loyal.top_share, 0), on

    def _tried(self) -> tuple[str, str]:
        found = self.existing
        if found is None or not found.existing.tried.total or not found.new.tried.total:
            return "", _("It needs orders with products, from customers both old and new.")
        one, other = found.existing.tried, found.new.tried
        on = _("{one} of the existing ({range}) tried one, {other} of the new ({other_range}), who had less time.").format(
            one=percent(one.share, 0),
            range=share_range(one.low, one.high, 0),
            other=percent(other.share, 0),
            other_range=share_range(other.low, other.high, 0),
        )
        return (_times(found.try_ratio) if math.isfinite(found.try_ratio) else ""), on

    def _spent(self) -> tuple[str, str]:
        found = self.existing
        if found is None or not math.isfinite(found.spend_ratio):
            return "", _("It needs orders with amounts, from customers both old and new.")
        on = _("{one} a month ({range}) from the existing, {other} ({other_range}) from the new; 95% intervals.").format(
            one=number(found.existing.spend),
            range=number_range(found.existing.spend_low, found.existing.spend_high),
            other=number(found.new.spend),
            other_range=number_range(found.new.spend_low, found.new.spend_high),
        )
        return _times(found.spend_ratio), on

    def _points(self) -> tuple[str, str]:
        churn = self.flow.churn if self.flow else None
        kept = kept_after(churn.share, 12) if churn else math.nan
        if churn is None or not 0.01 <= kept <= 0.94:
            return "", _("It needs days on which customers left, and a retention a year below 95%.")
        ends = [kept_after(share, 12) for share in (churn.high, churn.low)]
        gains = [gain_of_points(max(0.01, min(end, 0.94)), 0.05, discount=0.1) for end in ends]
        on = _("From {kept} a year, by arithmetic at a discount of 10%; {range} over the churn's 95% interval.")
        gain = gain_of_points(kept, 0.05, discount=0.1)
        return _("+{share}").format(share=percent(gain, 0)), on.format(kept=percent(kept, 0), range=share_range(gains[0], gains[1], 0))


def _times(ratio: float) -> str:
    return _("{n} times").format(n=number(ratio, 2))
