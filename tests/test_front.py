"""The front desk: a fresh server shows the page that it is first asked for, and nothing but pages."""

import contextlib
import http.client
import urllib.parse
import urllib.request

import pytest
from playwright.sync_api import expect

from churn.intake import read
from churn.store import open_desk
from tests.browser import ROOT, Visitor, serving

PAGES = {
    "today": "Today",
    "customer": "Customer",
    "calendar": "Contact calendar",
    "win_back": "Win-back",
    "promises": "Promises",
    "loyal_customers": "Loyal customers",
    "effect": "Did it help?",
    "playbook": "Playbook",
    "overview": "Overview",
    "reasons": "Reasons",
    "segments": "Segments",
    "signs": "Warning signs",
    "loyalty": "Loyalty",
    "nps": "NPS",
    "feedback": "Feedback",
    "trust": "Can the score be trusted?",
    "score_sheet": "Score a spreadsheet",
    "calls": "What calling pays",
    "workshop": "Workshop",
    "gone": "Who counts as gone",
    "data": "Data",
}


@pytest.fixture
def small_desk(tmp_path):
    """A desk with a few customers, which takes no time to make."""
    few = (ROOT / "sample_data" / "customers.csv").read_bytes().splitlines(keepends=True)[:31]
    with open_desk(tmp_path / "desk") as desk:
        desk.load({"customers": read(b"".join(few), file="few.csv")})
    return tmp_path / "desk"


def test_each_page_has_an_address():
    assert {file.stem for file in (ROOT / "pages").glob("*.py")} - {"__init__"} == set(PAGES)


@pytest.mark.parametrize("address", ["overview", *(pytest.param(page, marks=pytest.mark.long) for page in PAGES if page != "overview")])
def test_a_fresh_server_asked_first_for_a_page_shows_it(address, small_desk, chromium, tmp_path):
    with serving(small_desk, tmp_path / "log") as server:
        visitor = Visitor(chromium)
        page = visitor.open(f"{server.url}/{address}")
        expect(page.locator("h1")).to_have_text(PAGES[address])
        expect(page.get_by_role("dialog")).to_have_count(0)
        assert visitor.leave() == []


@pytest.mark.parametrize("first", ["__init__", *(pytest.param(name, marks=pytest.mark.long) for name in ("score_sheet_x", "desk"))])
def test_a_fresh_server_asked_first_for_anything_else_says_that_there_is_no_such_page(first, small_desk, chromium, tmp_path):
    with serving(small_desk, tmp_path / "log") as server:
        visitor = Visitor(chromium)
        expect(visitor.open(f"{server.url}/{first}").get_by_role("dialog")).to_contain_text("Page not found")
        assert all("does not seem to exist" in error for error in visitor.leave())


@pytest.mark.parametrize("path", ["/", "/data", "/_stcore/health"])
def test_every_answer_carries_the_security_headers(path, desk_url):
    with urllib.request.urlopen(desk_url + path, timeout=60) as answer:
        headers = answer.headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "SAMEORIGIN"
    assert headers["Referrer-Policy"] == "same-origin"
    assert "frame-ancestors 'self'" in headers["Content-Security-Policy"]
    assert "unsafe-inline" not in headers["Content-Security-Policy"].split("script-src")[1].split(";")[0]


def test_the_server_says_that_it_is_well(desk_url):
    with urllib.request.urlopen(f"{desk_url}/_stcore/health", timeout=60) as answer:
        assert answer.read() == b"ok"


def upgraded(url: str, host: str) -> int:
    """The status that a browser gets which asks for the live connection under the name of a host."""
    place = urllib.parse.urlsplit(url)
    connection = http.client.HTTPConnection(place.hostname, place.port, timeout=60)
    asked = {
        "Upgrade": "websocket",
        "Connection": "Upgrade",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
    }
    connection.request("GET", "/_stcore/stream", headers=asked | {"Host": f"{host}:{place.port}", "Origin": f"http://{host}:{place.port}"})
    with contextlib.closing(connection):
        return connection.getresponse().status


def test_a_site_that_points_its_own_name_at_this_machine_gets_no_connection(desk_url):
    assert upgraded(desk_url, "127.0.0.1") == http.HTTPStatus.SWITCHING_PROTOCOLS
    assert upgraded(desk_url, "elsewhere.example") == http.HTTPStatus.FORBIDDEN


def test_a_desk_that_cannot_be_opened_is_one_sentence_on_the_page(small_desk, chromium, tmp_path):
    (small_desk / "desk.writes").write_text("99\n")
    with serving(small_desk, tmp_path / "log") as server:
        visitor = Visitor(chromium)
        page = visitor.open(f"{server.url}/overview")
        expect(page.get_by_test_id("stAlert")).to_contain_text("is damaged")
        visitor.leave()


def test_no_page_reads_from_anywhere_but_the_desks_own_server(page_at, desk_url):
    page = page_at("overview")
    origins = page.evaluate("performance.getEntriesByType('resource').map(entry => new URL(entry.name).origin)")
    assert {origin for origin in origins if origin.startswith("http")} <= {desk_url}
