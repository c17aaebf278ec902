"""Which of a sheet's columns the score reads, whatever they are called."""

import numpy as np
import pandas as pd
import pytest

from churn import risk
from churn.errors import ModelError
from churn.intake import ReadOptions
from churn.risk.sheet_columns import apart, match_columns, renamed, sources_of

PLANS = ["Basic", "Pro", "Team", "Enterprise"]


@pytest.fixture(scope="module")
def card():
    """A score of columns that files call by many names."""
    random = np.random.default_rng(0)
    fee, tenure = random.gamma(4, 15, 400), random.integers(1, 60, 400)
    plan, auto = random.choice(PLANS, 400), random.choice(["Yes", "No"], 400)
    lost = random.random(400) < 1 / (1 + np.exp(tenure / 12 - 1.5 * (plan == "Basic") - (auto == "No")))
    label = np.where(lost, "Yes", "No")
    frame = pd.DataFrame({"MonthlyCharges": fee, "tenure_months": tenure, "plan": plan, "autopay": auto, "churn": label})
    return risk.train(frame.astype({"plan": "str", "autopay": "str", "churn": "str", "tenure_months": float}), id_column=None)


def sheet(**names: str) -> pd.DataFrame:
    frame = pd.DataFrame({"fee": [50.0, 60.0] * 10, "months": [5.0, 40.0] * 10, "kind": PLANS * 5, "auto": ["ja", "nein"] * 10})
    return frame.astype({"kind": "str", "auto": "str"}).rename(columns=names)


def test_names_in_other_spellings_and_languages_are_sure(card):
    found = sources_of(card, sheet(fee="Monatsgebühr (€)", months="Tenure Months", kind="Plan", auto="AUTOPAY"))
    assert found == {"MonthlyCharges": "Monatsgebühr (€)", "tenure_months": "Tenure Months", "plan": "Plan", "autopay": "AUTOPAY"}


def test_words_for_yes_and_no_of_another_language_are_the_same_levels(card):
    named = {"fee": "MonthlyCharges", "months": "tenure_months", "kind": "plan", "auto": "autopay"}
    german, english = sheet(**named), sheet(**named).assign(autopay=pd.Series(["Yes", "No"] * 10, dtype="str"))
    np.testing.assert_array_equal(risk.score(card, german).risk, risk.score(card, english).risk)


def test_what_is_only_likely_waits_for_its_owner(card):
    frame = sheet(fee="MonthlyCharges", months="tenure_month", kind="Vertragsart", auto="autopay")
    found = {source.column: source for source in match_columns(card, frame)}
    assert (found["tenure_months"].header, found["tenure_months"].is_used) == ("tenure_month", False)
    assert (found["plan"].header, found["plan"].is_used) == ("Vertragsart", False)
    assert set(risk.score(card, frame).absent) == {"tenure_months", "plan"}
    said = {"tenure_months": "tenure_month", "plan": "Vertragsart"}
    assert risk.score(card, frame, said=said).absent == ()
    assert renamed(match_columns(card, frame)) == [
        "perhaps also --map 'tenure_month=tenure_months' and --map 'Vertragsart=plan': say so if it is."
    ]


def test_a_column_of_another_kind_is_not_taken_for_its_name_alone(card):
    frame = sheet(fee="Monthly charge", months="tenure_months", kind="plan", auto="autopay").assign(**{"Monthly charge": "much"})
    assert "MonthlyCharges" not in sources_of(card, frame)


def test_what_shares_a_place_in_the_schema_is_sure_only_where_its_words_are_known(card):
    named = {"fee": "MonthlyCharges", "months": "tenure_months", "auto": "autopay"}
    assert sources_of(card, sheet(**named, kind="Tarif"))["plan"] == "Tarif"
    strange = sheet(**named, kind="Tarif").assign(Tarif=pd.Series(["Gold", "Silber"] * 10, dtype="str"))
    found = {source.column: source for source in match_columns(card, strange)}["plan"]
    assert (found.header, found.is_used) == ("Tarif", False)


def test_no_header_is_taken_twice(card):
    found = match_columns(card, sheet(fee="MonthlyCharges", months="monthly charges", kind="plan", auto="autopay"))
    headers = [source.header for source in found if source.header]
    assert len(headers) == len(set(headers))
    assert found[0].header == "MonthlyCharges"


def test_an_owner_can_say_that_a_column_is_not_there(card):
    frame = sheet(fee="MonthlyCharges", months="tenure_months", kind="plan", auto="autopay")
    assert risk.score(card, frame, said={"plan": ""}).absent == ("plan",)


@pytest.mark.parametrize(("said", "text"), [({"plann": "kind"}, "did you mean 'plan'"), ({"plan": "kindd"}, "did you mean 'kind'")])
def test_names_that_are_not_there_are_answered_with_the_nearest(card, said, text):
    with pytest.raises(ModelError, match=text):
        match_columns(card, sheet(), said=said)


def test_what_is_said_of_the_score_is_told_from_what_is_said_of_the_desk(card):
    options, said = apart(ReadOptions(mapping={"Art": "autopay", "Kunde": "customer_id", "Was": "monthly_value", "Ort": ""}), card)
    assert dict(options.mapping) == {"Kunde": "customer_id", "Was": "monthly_value", "Ort": ""}
    assert said == {"autopay": "Art", "MonthlyCharges": "Was"}
