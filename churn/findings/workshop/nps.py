"""Scene: a net promoter score with few answers."""

from dataclasses import dataclass, replace
from typing import ClassVar, Self

from churn.charts import workshop as charts
from churn.findings.blocks import Figure
from churn.findings.workshop.formula import Formula, bracket, figure, fraction, power, root, symbol
from churn.findings.workshop.scene import Dial, Scene, Stage, Step
from churn.money import Crowd
from churn.wording import _, number, percent, plural, signed

SURVEYS = 1000
MARGIN = 5.0
_P, _D, _N = (symbol(letter) for letter in "pdn")


@dataclass(frozen=True, eq=False)
class FewAnswers(Stage):
    """The shares of promoters and detractors among all customers, how many answer, and which draw of them this is."""

    key: ClassVar[str] = "nps"
    promoters: float = 0.4
    detractors: float = 0.2
    answers: float = 50.0
    draw: int = 1

    @classmethod
    def name(cls) -> str:
        """The short name."""
        return _("NPS with few answers")

    def dials(self) -> tuple[Dial, ...]:
        """The crowd and how many of it answer."""
        return (
            Dial("promoters", _("Promoters among all (9 or 10)"), 0.0, 1.0, 0.01, "share"),
            Dial("detractors", _("Detractors among all (0 to 6)"), 0.0, 1.0, 0.01, "share"),
            Dial("answers", _("So many answer"), 10, 1000, 10),
        )

    def drawn_as(self, draw: int) -> Self:
        """The same with another draw."""
        return replace(self, draw=draw)

    def scene(self) -> Scene:
        """The score of one survey, the truth, and how far such surveys scatter."""
        crowd = Crowd(self.promoters, min(self.detractors, round(1 - self.promoters, 9)))
        answers = round(self.answers)
        scores = crowd.drawn(answers, times=SURVEYS, seed=0)
        found = float(crowd.drawn(answers, times=1, seed=self.draw)[0])
        margin = crowd.margin(answers)
        said = _(
            "The score of all customers is {truth}; this survey of {answers} says {found}. Chance moves it by {margin} points either way."
        )
        within = float((abs(scores - crowd.score) <= margin).mean())
        cut = _("Promoters and detractors cannot be more than 100%, so {share} are taken as detractors.").format(
            share=percent(crowd.detractors, 0)
        )
        return Scene(
            title=_("How sure is an NPS from few answers?"),
            question=_("Ask again, and the same customers give another score."),
            said=said.format(truth=signed(crowd.score), answers=number(answers), found=signed(found), margin=number(margin, 1)),
            figures=(
                Figure(
                    _("This survey says"),
                    signed(found),
                    plural("{n} answer, draw {draw}", "{n} answers, draw {draw}", answers).format(draw=number(self.draw)),
                ),
                Figure(_("The score of all"), signed(crowd.score), _("Promoters less detractors, × 100")),
                Figure(
                    _("95% of surveys lie within"),
                    _("± {points}").format(points=number(margin, 1)),
                    _("Of {n} drawn, {share} did").format(n=number(SURVEYS), share=percent(within)),
                ),
                Figure(
                    _("For ± {points} you need").format(points=number(MARGIN)), number(crowd.needed(MARGIN)), _("Answers drawn at random")
                ),
            ),
            words=_("Standard error = 100 × √((promoters (p) + detractors (d) − (p − d)²) ÷ answers (n))"),
            formulas=(_formula(_P, _D, _N), self._filled(crowd, answers)),
            chart=charts.surveys(scores, truth=crowd.score, drawn=found, alt=self._alt(crowd, margin)),
            derived=_derived(),
            notes=(
                *((cut,) if crowd.detractors < self.detractors else ()),
                _(
                    "It holds for answers drawn at random. Those who answer of their own accord may differ from the "
                    "rest, and no number of them mends that."
                ),
            ),
        )

    def _filled(self, crowd: Crowd, answers: int) -> Formula:
        promoters, detractors = (figure(number(share, 2)) for share in (crowd.promoters, crowd.detractors))
        return Formula.of(_formula(promoters, detractors, figure(number(answers))), "\u2248", figure(number(crowd.error(answers), 1)))

    def _alt(self, crowd: Crowd, margin: float) -> str:
        told = _("How often {n} surveys gave each score: around {truth}, 95% of them within {margin} points.")
        return told.format(n=number(SURVEYS), truth=signed(crowd.score), margin=number(margin, 1))


def _formula(promoters: Formula, detractors: Formula, answers: Formula) -> Formula:
    squared = power(bracket(Formula.of(promoters, "\u2212", detractors)), figure("2"))
    return Formula.of(figure("100"), root(fraction(Formula.of(promoters, "+", detractors, "\u2212", squared), answers)))


def _derived() -> tuple[Step, ...]:
    mean, two = Formula.of(_P, "\u2212", _D), figure("2")
    return (
        Step(
            _("Count a promoter as +1, a detractor as −1 and all others as 0. The score is 100 times the mean."),
            Formula.of(figure("100"), bracket(mean)),
        ),
        Step(_("The square of such an answer is 1 for promoters and detractors, else 0: its mean is p + d.")),
        Step(
            _("The variance of one answer is the mean of the squares less the square of the mean:"),
            Formula.of(_P, "+", _D, "\u2212", power(bracket(mean), two)),
        ),
        Step(_("The variance of a mean of n answers is that divided by n; its root is the standard error."), _formula(_P, _D, _N)),
        Step(_("95% of surveys lie within 1.96 standard errors. To halve the error takes four times the answers.")),
    )
