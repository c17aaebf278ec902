"""The whole score in one frozen object: bins, tables, the population it was made on, and what is known of its worth."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from churn.risk.bins import Bins, Codes, Counts, Floats
from churn.risk.forest import Second
from churn.risk.known import Known
from churn.risk.points import Explained, Pair, Tables, explain

SAMPLE_ROWS = 2000
SURE = 1.645  # standard errors: 95% sure, on one side
B_SAVES, A_SAVES = 0.05, 0.15

Grade = Literal["A", "B", "C", "D", "F"]


@dataclass(frozen=True)
class Member:
    """One additive model over the bins, calibrated and centred, with the population mean of each of its pairs."""

    tables: Tables
    joint: Mapping[Pair, float]

    def explain(self, codes: Codes, absent: frozenset[int] = frozenset()) -> Explained:
        """Scores and contributions of coded rows; see `points.explain`."""
        return explain(self.tables, self.joint, codes, absent)


@dataclass(frozen=True)
class Provenance:
    """Where a scorecard comes from: the file and columns it learned from, and how it was fitted. `put_back`: the columns that look like
    leaks and were learned from all the same, as asked, and why they look so. Learned from histories, a row is a customer on one of the
    days `read_at` (ISO dates), lost where they left within `look_ahead` days; None and empty for a table without dates."""

    source: str
    digest: str
    id_column: str | None
    label: str
    lost: str | None
    rows: int
    rows_lost: int
    rows_unlabelled: int
    left_out: tuple[tuple[str, str], ...]
    put_back: tuple[tuple[str, str], ...]
    seed: int
    trees: int
    pairs: int
    line_weight: float
    trained_on: str | None = None
    look_ahead: int | None = None
    read_at: tuple[str, ...] = ()


@dataclass(frozen=True)
class Range:
    """A 95% interval."""

    low: float
    high: float


@dataclass(frozen=True)
class Ranges:
    """What the measures would range over if the customers were drawn anew: bootstrap percentiles, for the calibration error mirrored
    at its value, since drawing anew adds to it."""

    roc_auc: Range
    pr_auc: Range
    log_loss: Range
    brier: Range
    calibration_error: Range


@dataclass(frozen=True)
class Top:
    """The riskiest `share` of the rows: the share lost among them (precision), how many times the churn rate that is (lift), and the
    share of all lost that are among them (`caught`)."""

    share: float
    rows: int
    precision: float
    precision_range: Range
    lift: float
    lift_range: Range
    caught: float


@dataclass(frozen=True)
class CalibrationGroup:
    """One of ten groups of equal count by risk: mean risk, share lost, and the 95% interval of the latter (Wilson 1927)."""

    rows: int
    risk: float
    lost: float
    low: float
    high: float


@dataclass(frozen=True)
class RuleWorth:
    """The best simple rule, found on other rows than it is judged on. `saved` is the mean log-loss that the score saves against it."""

    name: str
    roc_auc: float
    log_loss: float
    saved: float
    saved_se: float


@dataclass(frozen=True)
class DeeperWorth:
    """The deeper second opinion on the same unseen rows: `better` if what it saves in log-loss (`saved`) exceeds two standard errors;
    `interplay` names the columns that meet most in it."""

    roc_auc: float
    log_loss: float
    better: bool
    saved: float
    saved_se: float
    interplay: tuple[str, ...]


@dataclass(frozen=True)
class Evaluation:
    """How good the scores are on rows that the scorecard did not see. Losses are in nats; `gain` is the mean log-loss saved
    against giving everybody the bare churn rate, `gain_se` its standard error. A perfect score's calibration error stays below
    `calibration_by_chance` in 95 of 100 such tables. `gains`: share of the rows, riskiest first, and share of the lost among them."""

    rows: int
    lost: int
    method: str
    roc_auc: float
    roc_auc_se: float
    pr_auc: float
    log_loss: float
    brier: float
    calibration_error: float
    calibration_by_chance: float
    lift_top_10: float
    ranges: Ranges
    top: tuple[Top, ...]
    calibration: tuple[CalibrationGroup, ...]
    gains: tuple[tuple[float, float], ...]
    gain: float
    gain_se: float
    rule: RuleWorth
    deeper: DeeperWorth | None = None

    @property
    def calibrated(self) -> bool:
        """Whether the risks fit what happened as well as a perfect score's might."""
        return self.calibration_error <= self.calibration_by_chance

    @property
    def has_signal(self) -> bool:
        """Whether the score beats guessing beyond doubt: its gain exceeds 1.645 standard errors."""
        return self.gain > SURE * self.gain_se

    @property
    def grade(self) -> Grade:
        """F: no better than guessing. D: better than guessing, but not surely than the rule. C, B, A: surely better than the rule, saving
        at least some, 5% or 15% of its log-loss, at the lower end of what is sure."""
        if not self.has_signal:
            return "F"
        sure = (self.rule.saved - SURE * self.rule.saved_se) / self.rule.log_loss
        return "D" if sure <= 0 else "C" if sure < B_SAVES else "B" if sure < A_SAVES else "A"


@dataclass(frozen=True)
class Scorecard:
    """A trained score. `whole` is the average of the `bags`; `stayed` counts the kept customers of training in each bin; `spread` is the
    variance of each column's contributions in training, `importance` their mean size (log-odds); `sample` holds at most 2,000 coded
    training rows. `deeper` is kept where it is truly better."""

    bins: tuple[Bins, ...]
    whole: Member
    bags: tuple[Member, ...]
    shares: tuple[Floats, ...]
    stayed: tuple[Counts, ...]
    spread: Floats
    importance: Floats
    sample: Codes = field(repr=False)
    known: Known = field(repr=False)
    provenance: Provenance
    evaluation: Evaluation
    deeper: Second | None = field(default=None, repr=False)

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of the columns that the score reads, in the order of its tables."""
        return tuple(cut.column for cut in self.bins)

    @property
    def churn_rate(self) -> float:
        """Share of the training rows that were lost."""
        return self.provenance.rows_lost / self.provenance.rows
