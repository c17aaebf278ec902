"""The playbook: something cheap for every sign and every reason, discounts last, and a firm's own plays kept whole or refused."""

from dataclasses import replace
from datetime import date

import pytest

from churn.actions.play import filled
from churn.actions.playbook import DEFAULTS, REASONS, keep_playbook, last_kept, playbook_of, plays_for
from churn.errors import ChurnError
from churn.intake import read
from churn.signs import SIGNS
from churn.store import open_desk

DAY = date(2026, 3, 2)


@pytest.fixture
def desk(tmp_path):
    with open_desk(tmp_path / "desk") as desk:
        desk.load({"customers": read(b"customer_id,name\nA1,Ann\n", file="customers.csv")})
        yield desk


@pytest.mark.parametrize("sign", SIGNS)
def test_every_sign_has_a_remedy_that_is_no_discount(sign):
    found = plays_for(DEFAULTS, signs=[sign])
    assert all(sign in play.signs for play in found)
    assert not found[0].offer


@pytest.mark.parametrize("reason", REASONS)
def test_every_reason_has_a_remedy_that_is_no_discount(reason):
    found = plays_for(DEFAULTS, reason=reason)
    assert all(reason in play.reasons for play in found)
    assert not found[0].offer


def test_the_cheapest_remedy_comes_first_and_discounts_last():
    found = plays_for(DEFAULTS, signs=["renewal", "downgraded", "quiet"], reason="price")
    assert [play.offer > 0 for play in found] == sorted(play.offer > 0 for play in found)
    costs = [play.contact for play in found if not play.offer]
    assert costs == sorted(costs)
    assert found[-1].offer
    assert len(found) > 3


def test_who_shows_nothing_gets_what_is_for_anybody():
    assert {play.key for play in plays_for(DEFAULTS)} == {play.key for play in DEFAULTS if "" in play.signs}


def test_where_somebody_died_nothing_is_sold_whatever_signs_there_are():
    [play] = plays_for(DEFAULTS, signs=SIGNS, reason="died")
    assert (play.key, play.offer, play.acceptance, play.follow_up) == ("condolence", 0, 0, ())
    assert play.worth(1000).break_even > 1
    assert [play.key for play in plays_for(DEFAULTS[:2], reason="died")] == ["condolence"]


def test_every_default_can_be_kept_and_its_words_be_filled_in():
    words = {"name": "Ann & Co", "contact_name": "Ann", "owner": "Ruth", "evidence": "No contact for 63 days."}
    for play in DEFAULTS:
        play.checked()
        for text in (play.script, play.message):
            assert "{" not in filled(text, words)
    assert all(play.follow_up == (1, 2, 5, 14) for play in DEFAULTS if play.key != "condolence")


def test_a_firms_own_plays_are_read_back_as_they_were_and_the_defaults_come_back(desk):
    assert playbook_of(desk) == DEFAULTS
    own = (replace(DEFAULTS[0], title="Send *news*", contact=2.5, follow_up=(3,)), replace(DEFAULTS[-1], key="mine", offer=7.0))
    keep_playbook(desk, own, day=DAY, by="Ruth")
    assert playbook_of(desk) == own
    keep_playbook(desk, None, day=DAY)
    assert playbook_of(desk) == DEFAULTS


def test_who_did_not_see_the_others_change_is_stopped(desk):
    seen = last_kept(desk)
    keep_playbook(desk, DEFAULTS[:3], day=DAY, after=seen)
    with pytest.raises(ChurnError, match="Somebody else changed the playbook meanwhile"):
        keep_playbook(desk, DEFAULTS[:2], day=DAY, after=seen)
    assert len(playbook_of(desk)) == 3
    keep_playbook(desk, DEFAULTS[:2], day=DAY, after=last_kept(desk))


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"contact": -1}, "The cost of Offer a discount must be an amount from 0 up."),
        ({"offer": float("nan")}, "The discount of Offer a discount must be an amount from 0 up."),
        ({"acceptance": 1.5}, "The share of Offer a discount who stay must be from 0% to 100%."),
        ({"acceptance": 0}, "gives a discount and keeps nobody"),
        ({"title": " "}, "has no name"),
        ({"channel": "pigeon"}, "needs a channel: phone, email, chat and visit"),
        ({"follow_up": (0,)}, "must be whole numbers from 1 to 365"),
        ({"script": "Hi {nobody}"}, "name {nobody}, which the desk cannot fill in; it knows {name}"),
        ({"message": "x" * 5000}, "too long"),
        ({"title": DEFAULTS[0].title.upper()}, "Two plays are called"),
        ({"key": DEFAULTS[0].key}, "Two plays are called"),
    ],
)
def test_a_play_that_cannot_be_is_refused_with_a_sentence_and_nothing_is_kept(desk, wrong, sentence):
    with pytest.raises(ChurnError) as refused:
        keep_playbook(desk, [*DEFAULTS[:-1], replace(DEFAULTS[-1], **wrong)], day=DAY)
    assert sentence in str(refused.value)
    assert playbook_of(desk) == DEFAULTS
    with pytest.raises(ChurnError, match="at least one play"):
        keep_playbook(desk, [], day=DAY)
