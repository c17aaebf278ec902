"""Where a sign begins, to be set for the whole desk."""

from dataclasses import replace

import streamlit as st

from churn import wording
from churn.errors import ChurnError
from churn.signs import USES, Thresholds, threshold_label
from churn.wording import _
from ui.signs import keep_thresholds


def ask_thresholds(sign: str, own: Thresholds) -> None:
    """The thresholds of one sign in a form; what is kept holds for everybody who uses the desk."""
    with st.expander(_("Set where it begins"), icon=":material/tune:"), st.form(f"thresholds of {sign}", border=False):
        given = {name: _field(sign, name, getattr(own, name)) for name in USES[sign]}
        st.caption(_("Holds for everybody who uses this desk, and for other signs that read the same figure."))
        if st.form_submit_button(_("Set"), type="primary"):
            _keep(own, given)


def _field(sign: str, name: str, value: int | tuple[float, ...]) -> int | tuple[float, ...]:
    key = f"{sign} {name} {value}"
    if isinstance(value, int):
        return int(st.number_input(threshold_label(name), min_value=1, value=value, step=1, key=key, width=200))
    st.markdown(wording.escape(threshold_label(name)))
    labels = (_("Watch from"), _("Warn from"), _("Act from"))
    whole = all(float(step).is_integer() for step in value) and name != "quiet_gaps"
    asked = [
        column.number_input(label, value=int(step) if whole else float(step), step=1 if whole else 0.05, key=f"{key} {label}")
        for column, label, step in zip(st.columns(3), labels, value, strict=True)
    ]
    return tuple(asked)


def _keep(own: Thresholds, given: dict[str, int | tuple[float, ...]]) -> None:
    try:
        changed = replace(own, **given)  # type: ignore[arg-type]
    except ChurnError as error:
        st.error(wording.escape(str(error)), icon=":material/error:")
        return
    keep_thresholds(changed)
    st.rerun()
