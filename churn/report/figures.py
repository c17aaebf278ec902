"""The figures by which a score is judged, in plain words."""

from dataclasses import dataclass

from churn import wording
from churn.risk.scorecard import Evaluation, Range
from churn.wording import _, plural


@dataclass(frozen=True)
class Fact:
    """One figure: what it is called, its value, and what it means and was counted on."""

    label: str
    value: str
    on: str


def ranking(found: Evaluation) -> Fact:
    """How often the score ranks a pair right."""
    on = _("Given one customer who left and one who stayed, it gives the one who left the higher risk so often ({range}). A coin: 50%.")
    return Fact(_("Ranks right"), wording.percent(found.roc_auc, 0), on.format(range=_shares(found.ranges.roc_auc)))


def riskiest(found: Evaluation) -> Fact:
    """How many of the riskiest tenth left."""
    top = next(top for top in found.top if top.share == 0.1)
    on = _("So many of them had left ({range}), {lift} times as many as by chance ({lifts}). They are {caught} of all who left.").format(
        range=_shares(top.precision_range),
        lift=wording.number(top.lift, 1),
        lifts=wording.number_range(top.lift_range.low, top.lift_range.high, 1),
        caught=wording.percent(top.caught, 0),
    )
    value = _("{share} left").format(share=wording.percent(top.precision, 0))
    return Fact(_("Of the riskiest 10%"), value, on)


def calibration(found: Evaluation) -> Fact:
    """How far the risks are off."""
    chance = _("a perfect score is off by up to {points} in 95 of 100 such tables").format(points=_points(found.calibration_by_chance))
    text = (
        _("Mean distance between the risk shown and the share that left ({range}). No more than chance: {chance}.")
        if found.calibrated
        else _("Mean distance between the risk shown and the share that left ({range}). More than chance: {chance}.")
    )
    reach = wording.number_range(100 * found.ranges.calibration_error.low, 100 * found.ranges.calibration_error.high, 1)
    return Fact(_("Risks are off by"), _points(found.calibration_error), text.format(range=reach, chance=chance))


def more(found: Evaluation) -> tuple[Fact, ...]:
    """Further measures, for those who know them by name."""
    tops = [
        Fact(
            _("Of the riskiest {share}").format(share=wording.percent(top.share, 0)),
            _("{share} left ({range})").format(share=wording.percent(top.precision, 0), range=_shares(top.precision_range)),
            _("{lift} times as many as by chance ({lifts}); {caught} of all who left are among these {customers}").format(
                lift=wording.number(top.lift, 1),
                lifts=wording.number_range(top.lift_range.low, top.lift_range.high, 1),
                caught=wording.percent(top.caught, 0),
                customers=plural("{n} customer", "{n} customers", top.rows),
            ),
        )
        for top in found.top
    ]
    rate = wording.percent(found.lost / found.rows)
    return (
        *tops,
        _measure(
            _("ROC-AUC"), found.roc_auc, found.ranges.roc_auc, _("how often it ranks one who left above one who stayed; 0.5 is a coin")
        ),
        _measure(
            _("PR-AUC"),
            found.pr_auc,
            found.ranges.pr_auc,
            _("mean share of leavers down the list, wherever one is met; by chance it is the churn rate, {rate}").format(rate=rate),
        ),
        _measure(
            _("Log-loss"),
            found.log_loss,
            found.ranges.log_loss,
            _("error of the risks, sure mistakes weighing most; {bare} if all get the churn rate").format(
                bare=wording.number(found.log_loss + found.gain, 3)
            ),
        ),
        _measure(_("Brier score"), found.brier, found.ranges.brier, _("mean squared error of the risks; 0 is perfect")),
    )


def _measure(label: str, value: float, sure: Range, on: str) -> Fact:
    shown = _("{value} ({range})").format(value=wording.number(value, 3), range=wording.number_range(sure.low, sure.high, 3))
    return Fact(label, shown, on)


def _shares(sure: Range) -> str:
    return wording.share_range(sure.low, sure.high, 0)


def _points(share: float) -> str:
    return _("{points} points").format(points=wording.number(100 * share, 1))
