"""What a file leaves open, asked as choices."""

import re
from datetime import date

import streamlit as st

from churn import wording
from churn.intake import Question
from churn.wording import _, plural
from ui.reading_words import choice_label, on_page
from ui.upload import Reading, Upload

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MARKUP = re.compile(r"[^\w\s'.,:;?/()-]")  # what a label that is only read aloud does without, since Streamlit takes labels for Markdown


def problem(upload: Upload, reading: Reading) -> None:
    """Draws why the file cannot be read, or each question that it leaves open with its choices; an answer is said of the file at once."""
    if reading.problem:
        st.error(wording.escape(reading.problem), icon=":material/error:")
    if not reading.questions:
        return
    with st.container(border=True):
        first = plural("One answer is needed first.", "{n} answers are needed first.", len(reading.questions))
        st.warning(first, icon=":material/help:")
        for question in reading.questions:
            if question.option == "--sheet":
                upload.say("sheets", list(question.choices))
            _ask(upload, question, upload.named(f"answer {question.option} {question.columns}"))


def _ask(upload: Upload, question: Question, key: str) -> None:
    labels = {choice: _label(question, choice) for choice in question.choices if choice != "refuse"}
    asked = _asked(question)
    st.markdown(f"**{wording.escape(asked)}**")
    st.radio(
        _MARKUP.sub(" ", asked),
        list(labels),
        index=None,
        format_func=labels.get,
        key=key,
        label_visibility="collapsed",
        on_change=_answer,
        args=(upload, question, key),
        disabled=upload.disabled,
    )


def _answer(upload: Upload, question: Question, key: str) -> None:
    choice = st.session_state.pop(key, None)
    if choice is None:
        return
    name = question.option.removeprefix("--").replace("-", "_")
    if name == "map":
        header, _equals, column = choice.rpartition("=")
        upload.say_column(header, column)
    else:
        upload.say(name, int(choice) if name == "header_row" else choice)


def _asked(question: Question) -> str:
    """The question in a page's words (plain text)."""
    columns = wording.listing([f"'{wording.isolated(column)}'" for column in question.columns[:5]])
    example = wording.isolated(question.examples[0]) if question.examples else ""
    asked = {
        "--decimal": _("What is '{example}' in {columns}?"),
        "--date-order": _("Which day is '{example}' in {columns}?"),
        "--calendar": _("Which calendar is '{example}' in {columns} written in?"),
        "--epoch": _("Which day does '{example}' in {columns} stand for?"),
        "--century": _("Which year does '{example}' in {columns} mean?"),
        "--sheet": _("Which sheet holds your customers?"),
        "--encoding": _("Which of these is written as it should be?"),
        "--header-row": _("Are these headers, or is it a customer already: {example}?"),
    }.get(question.option)
    if question.option == "--header-row" and not question.examples:
        asked = _("Which of the two tables holds your customers?")
    return asked.format(example=example, columns=columns) if asked else on_page(question.text)


def _label(question: Question, choice: str) -> str:
    """A choice in words, with what it would make of the example."""
    name = _choice_name(question, choice)
    if question.readings:
        reading = question.readings[question.choices.index(choice)]
        if _DAY.fullmatch(reading):
            reading = wording.date(date.fromisoformat(reading))
        first, second = (name, reading) if question.option in ("--sheet", "--header-row") else (reading, name)
        both = _("{first}: {second}") if question.option == "--encoding" else _("{first} ({second})")
        return wording.escape(both.format(first=wording.isolated(first), second=wording.isolated(second)))
    return wording.escape(name)


def _choice_name(question: Question, choice: str) -> str:
    if question.option == "--header-row":
        return _("A customer: no row holds headers") if choice == "0" else _("Headers, in row {row}").format(row=choice)
    if question.option == "--map":
        return _("Yes, it is")
    if question.option == "--decimal":
        return _("the comma is the decimal sign") if choice == "," else _("the point is the decimal sign")
    return choice_label(choice)
