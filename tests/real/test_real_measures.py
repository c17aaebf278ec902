"""Measures on public data that nobody in this project made, read by the desk, beside counts that share no code with them."""

from pathlib import Path

import duckdb
import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd
import pytest

from churn import measures
from churn.intake import ReadOptions, read
from churn.store import open_desk
from churn.tables import CUSTOMERS

DATA = Path(__file__).parents[3] / "shared" / "data"
GROUPS = {
    "competitor": [
        "Competitor had better devices",
        "Competitor made better offer",
        "Competitor offered higher download speeds",
        "Competitor offered more data",
    ],
    "felt unvalued": ["Attitude of service provider", "Attitude of support person"],
    "dissatisfied (low quality)": [
        "Lack of self-service on Website",
        "Limited range of services",
        "Network reliability",
        "Poor expertise of online support",
        "Poor expertise of phone support",
        "Product dissatisfaction",
        "Service dissatisfaction",
    ],
    "price": ["Extra data charges", "Lack of affordable download/upload speed", "Long distance charges", "Price too high"],
    "moved or stopped of own accord": ["Moved"],
    "died": ["Deceased"],
    "not stated": ["Don't know"],
}


@pytest.fixture
def desk_of(tmp_path):
    """The customers of a file as a desk has them, with their columns' safe names by label."""
    with open_desk(tmp_path / "desk") as desk:

        def opened(path):
            file = DATA / path
            desk.load({"customers": read(file.read_bytes(), file=file.name, table=CUSTOMERS, options=ReadOptions())})
            return desk, {column.label: column.name for column in desk.columns("customers")}

        yield opened


def test_the_supermarkets_nps_is_53_with_the_standard_error_of_its_votes(desk_of):
    desk, names = desk_of("nps_supermarket_fr/nps.csv")
    with desk.reading() as frames:
        found = measures.nps_from(frames["customers"], names["nps"])
    scores = pd.read_csv(DATA / "nps_supermarket_fr" / "nps.csv", encoding="latin-1")["nps"].dropna()
    votes = np.where(scores >= 9, 100, np.where(scores <= 6, -100, 0))
    assert round(found.score) == 53
    assert (found.answers, found.ignored) == (len(scores), 0)
    assert (found.score, found.standard_error) == pytest.approx((votes.mean(), votes.std() / np.sqrt(len(votes))))


@pytest.mark.parametrize(
    ("path", "of"),
    [
        ("databel/Databel - Data.csv", pd.read_csv),
        ("telco_ibm_ext/Telco_customer_churn.xlsx", lambda file: pd.read_excel(file, engine="calamine")),
        ("telco_ibm_ext/Telco_customer_churn_status.xlsx", lambda file: pd.read_excel(file, engine="calamine")),
    ],
    ids=["databel", "telco", "telco status"],
)
def test_every_group_of_reasons_holds_as_many_customers_as_gave_its_texts(desk_of, path, of):
    desk, names = desk_of(path)
    with desk.reading() as frames:
        lost = measures.lost_expression(names["Churn Label"], "Yes")
        found = measures.reason_mix_from(frames["customers"], names["Churn Reason"], lost, aliases=measures.Aliases())
    sheet = of(DATA / path)
    texts = sheet["Churn Reason"].value_counts()
    assert set(texts.index) == {text for group in GROUPS.values() for text in group}
    expected = {reason: texts[group].sum() for reason, group in GROUPS.items()}
    del expected["not stated"]
    unstated = (sheet["Churn Label"] == "Yes").sum() - sum(expected.values())
    counted = found.mix[found.mix["customers"] > 0].set_index("reason")["customers"].to_dict()
    assert counted == expected
    assert (found.stated, found.not_stated, found.rest, found.still_here) == (sum(expected.values()), unstated, 0, 0)
    put = found.groups.groupby("reason")["text"].agg(set).to_dict()
    assert put == {reason: {text.lower() for text in group} for reason, group in GROUPS.items()}
    assert found.groups.set_index("text")["customers"].to_dict() == {text.lower(): number for text, number in texts.items()}


def test_the_codes_and_the_words_of_ravenstacks_churn_events_are_grouped():
    events = pd.read_csv(DATA / "ravenstack" / "ravenstack_churn_events.csv")
    with duckdb.connect() as engine:
        customers = nw.from_native(engine.from_df(events))
        everybody = ~nw.col("churn_event_id").is_null()
        mixes = [
            measures.reason_mix_from(customers, column, everybody, aliases=measures.Aliases())
            for column in ("reason_code", "feedback_text")
        ]
    codes, words = events["reason_code"].value_counts(), events["feedback_text"].value_counts()
    expected = {
        "price": codes["pricing"] + codes["budget"],
        "dissatisfied (low quality)": codes["support"] + codes["features"],
        "competitor": codes["competitor"],
    }
    said = {
        "price": words["too expensive"],
        "dissatisfied (low quality)": words["missing features"],
        "competitor": words["switched to competitor"],
    }
    for mix, counts in zip(mixes, (expected, said), strict=True):
        assert mix.mix[mix.mix["customers"] > 0].set_index("reason")["customers"].to_dict() == counts
        assert mix.not_stated == len(events) - sum(counts.values())
