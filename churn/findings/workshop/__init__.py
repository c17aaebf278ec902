"""THE WORKSHOP: scenes that show the arithmetic of retention to a room; the same on a page and in a handout."""

from churn.findings.workshop.bucket import LeakyBucket
from churn.findings.workshop.calls import WhomToCall
from churn.findings.workshop.claims import Claims
from churn.findings.workshop.formula import Formula
from churn.findings.workshop.keeping import KeepOrAcquire
from churn.findings.workshop.loyal import LoyalFifth
from churn.findings.workshop.nps import FewAnswers
from churn.findings.workshop.points import FivePoints
from churn.findings.workshop.quiz import ReasonQuiz
from churn.findings.workshop.scene import Dial, Scene, Stage, Step
from churn.findings.workshop.start import Flow, Started, flow
from churn.findings.workshop.worth import CustomerWorth

STAGES: tuple[type[Stage], ...] = (
    CustomerWorth, FivePoints, KeepOrAcquire, LoyalFifth, WhomToCall, LeakyBucket, FewAnswers, ReasonQuiz, Claims,
)  # fmt: skip

__all__ = [
    "STAGES",
    "Claims",
    "CustomerWorth",
    "Dial",
    "FewAnswers",
    "FivePoints",
    "Flow",
    "Formula",
    "KeepOrAcquire",
    "LeakyBucket",
    "LoyalFifth",
    "ReasonQuiz",
    "Scene",
    "Stage",
    "Started",
    "Step",
    "WhomToCall",
    "flow",
]
