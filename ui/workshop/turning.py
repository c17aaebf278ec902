"""What a visitor of the workshop chooses: the scene, whose numbers it begins with, where its dials stand. All of it is in the address."""

import streamlit as st

from churn.findings.workshop import STAGES, Dial, FewAnswers, ReasonQuiz, Stage
from churn.wording import _
from ui.workshop.starting import FIRM, TEXTBOOK

_SCENE, _NUMBERS = "scene", "numbers"
_MOST_DRAWS = 10_000


def chosen_scene() -> type[Stage]:
    """Draws the row of scenes; the first until somebody chooses."""
    by_key = {stage.key: stage for stage in STAGES}
    asked = st.query_params.get(_SCENE, "")
    st.session_state["workshop scene"] = asked if asked in by_key else STAGES[0].key
    chosen = st.pills(
        _("Scene"),
        list(by_key),
        format_func=lambda key: by_key[key].name(),
        key="workshop scene",
        required=True,
        on_change=_into_address,
        args=("workshop scene", _SCENE, STAGES[0].key),
        label_visibility="collapsed",
        wrap=True,
    )
    return by_key[str(chosen)]


def choose_numbers() -> None:
    """Draws the choice between the textbook's numbers and the firm's."""
    words = {TEXTBOOK: _("the textbook"), FIRM: _("this firm")}
    st.session_state["workshop numbers"] = numbers()
    st.segmented_control(
        _("Numbers from"),
        list(words),
        format_func=words.__getitem__,
        key="workshop numbers",
        required=True,
        on_change=_into_address,
        args=("workshop numbers", _NUMBERS, TEXTBOOK),
    )


def numbers() -> str:
    """Whose numbers the address asks for."""
    return FIRM if st.query_params.get(_NUMBERS) == FIRM else TEXTBOOK


def turned(stage: Stage, source: str) -> Stage:
    """Draws the dials of a stage; the stage as they stand."""
    dials, asked = stage.dials(), dict[str, float]()
    in_a_row = len(dials) if len(dials) <= 4 else 3
    for first in range(0, len(dials), in_a_row):
        for place, dial in zip(st.columns(in_a_row, gap="medium"), dials[first : first + in_a_row], strict=False):
            with place:
                asked[dial.field] = _ask(stage, dial, source)
    return stage.turned(**asked)


def as_left(stage: Stage, source: str) -> Stage:
    """The stage with its dials where this visitor last left them; nothing is drawn."""
    keys = {_key(stage, dial, source): dial for dial in stage.dials()}
    return stage.turned(**{dial.field: _read(dial, st.session_state[key]) for key, dial in keys.items() if key in st.session_state})


def reveal(quiz: ReasonQuiz) -> ReasonQuiz:
    """Draws the switch that shows the answer of the quiz."""
    shown = st.toggle(_("Reveal"), key="quiz_revealed", bind="query-params")
    return quiz.told() if shown else quiz


def draw_again(survey: FewAnswers) -> FewAnswers:
    """Draws the number of the draw and a button for the next; the same number always draws the same."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        draw = st.number_input(_("Draw"), 1, _MOST_DRAWS, 1, key="nps_draw", bind="query-params", width=140)
        st.button(_("Draw again"), icon=":material/casino:", type="primary", on_click=_next_draw)
    return survey.drawn_as(int(draw))


def _next_draw() -> None:
    st.session_state["nps_draw"] = int(st.session_state["nps_draw"]) % _MOST_DRAWS + 1


def _ask(stage: Stage, dial: Dial, source: str) -> float:
    """A slider in the units that people read: shares in percent."""
    many, start = dial.scale, dial.held(getattr(stage, dial.field))
    whole = dial.digits == 0
    low, high, step, at = (round(many * number, 6) for number in (dial.low, dial.high, dial.step, start))
    shown = f"%.{dial.digits}f%%" if dial.unit == "share" else "localized"
    asked = st.slider(
        dial.label,
        int(low) if whole else float(low),
        int(high) if whole else float(high),
        int(at) if whole else float(at),
        int(step) if whole else float(step),
        format=shown,
        key=_key(stage, dial, source),
        bind="query-params",
    )
    return _read(dial, asked)


def _read(dial: Dial, asked: float) -> float:
    return dial.held(float(asked) / dial.scale)


def _key(stage: Stage, dial: Dial, source: str) -> str:
    """The dial's name in the address; that of a firm's numbers is another, as its bounds may be."""
    return f"{stage.key}_{dial.field}" + ("_firm" if source == FIRM else "")


def _into_address(widget: str, name: str, first: str) -> None:
    chosen = st.session_state[widget]
    if chosen == first:
        st.query_params.pop(name, None)
    else:
        st.query_params[name] = chosen
