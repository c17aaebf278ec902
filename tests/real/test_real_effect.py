"""A randomised test that others ran: 64,000 customers, two mailings and no mailing (Hillstrom, 2008)."""

from pathlib import Path

import pandas as pd
import pytest
from scipy import stats

from churn.actions.elsewhere import Asked, compared, values_of
from churn.intake import read
from churn.prepared import wishes_of
from churn.risk.desk_history import preparing
from churn.store import open_desk
from churn.tables import CUSTOMERS

FILE = Path(__file__).parents[3] / "shared" / "data" / "hillstrom" / "hillstrom.csv"
NONE = "No E-Mail"


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    with open_desk(tmp_path_factory.mktemp("hillstrom") / "desk") as desk:
        desk.load({"customers": read(FILE.read_bytes(), file=FILE.name, table=CUSTOMERS)}, prepare=preparing(wishes_of(desk)))
        yield desk


def test_the_two_mailings_brought_as_many_visits_and_as_much_money_as_the_file_says(desk):
    table = pd.read_csv(FILE)
    assert {"segment", "visit", "conversion"} <= set(values_of(desk))
    mens, womens = compared(desk, Asked("segment", NONE, "visit", "1", "spend"))
    assert (mens.name, womens.name) == ("Mens E-Mail", "Womens E-Mail")
    assert (round(100 * mens.difference.difference, 1), round(100 * womens.difference.difference, 1)) == (7.7, 4.5)
    for found in (mens, womens):
        mailed, not_mailed = (table.loc[table["segment"] == name] for name in (found.name, NONE))
        assert found.difference.is_clear
        assert found.pair.acted.followed == len(mailed)
        wald = 1.96 * (mailed["visit"].var() / len(mailed) + not_mailed["visit"].var() / len(not_mailed)) ** 0.5
        assert found.difference.high - found.difference.low == pytest.approx(2 * wald, rel=0.01)
        each = stats.ttest_ind(mailed["spend"], not_mailed["spend"], equal_var=False).confidence_interval()
        assert 0 < found.gain.low <= len(mailed) * each.low
        assert found.gain.high == pytest.approx(len(mailed) * each.high, rel=0.1)


def test_what_the_mailing_cannot_have_moved_shows_nothing(desk):
    """Whether a customer bought men's goods in the year before the mailing."""
    before = compared(desk, Asked("segment", NONE, "mens", "1"))
    assert [one.difference.is_clear for one in before] == [False, False]
