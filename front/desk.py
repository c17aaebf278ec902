"""The front desk: the list of pages and what stands beside all of them. Streamlit runs this file for every visit and click."""

from pathlib import Path

import streamlit as st

from churn import wording
from churn.errors import ChurnError
from churn.wording import _, plural
from pages import (
    calendar,
    calls,
    customer,
    data,
    effect,
    feedback,
    gone,
    loyal_customers,
    loyalty,
    nps,
    overview,
    playbook,
    promises,
    reasons,
    score_sheet,
    segments,
    signs,
    today,
    trust,
    win_back,
    workshop,
)
from ui import filters
from ui.desk import brought_up, firm
from ui.links import go, link, remember

FILTERED = ("overview", "reasons", "segments", "loyalty", "nps")
ICON = Path(__file__).with_name("icon.svg")


def home() -> None:
    """The bare address: a page's own address is lost to Streamlit when it is the default, so this one passes on to the overview."""
    go("overview")


def page_list() -> dict[str, list[st.Page]]:
    """The pages by section."""
    return {
        _("Today's work"): [
            st.Page(today.show, url_path="today", title=_("Today"), icon=":material/today:"),
            st.Page(customer.show, url_path="customer", title=_("Customer"), icon=":material/person_search:"),
            st.Page(calendar.show, url_path="calendar", title=_("Contact calendar"), icon=":material/calendar_month:"),
            st.Page(win_back.show, url_path="win_back", title=_("Win-back"), icon=":material/undo:"),
            st.Page(promises.show, url_path="promises", title=_("Promises"), icon=":material/handshake:"),
            st.Page(loyal_customers.show, url_path="loyal_customers", title=_("Loyal customers"), icon=":material/favorite:"),
            st.Page(effect.show, url_path="effect", title=_("Did it help?"), icon=":material/science:"),
            st.Page(playbook.show, url_path="playbook", title=_("Playbook"), icon=":material/menu_book:"),
        ],
        _("Why they leave"): [
            st.Page(overview.show, url_path="overview", title=_("Overview"), icon=":material/dashboard:"),
            st.Page(reasons.show, url_path="reasons", title=_("Reasons"), icon=":material/forum:"),
            st.Page(segments.show, url_path="segments", title=_("Segments"), icon=":material/category:"),
            st.Page(signs.show, url_path="signs", title=_("Warning signs"), icon=":material/notification_important:"),
            st.Page(loyalty.show, url_path="loyalty", title=_("Loyalty"), icon=":material/loyalty:"),
            st.Page(nps.show, url_path="nps", title=_("NPS"), icon=":material/thumbs_up_down:"),
            st.Page(feedback.show, url_path="feedback", title=_("Feedback"), icon=":material/campaign:"),
            st.Page(trust.show, url_path="trust", title=_("Can the score be trusted?"), icon=":material/verified_user:"),
        ],
        _("Your list"): [
            st.Page(score_sheet.show, url_path="score_sheet", title=_("Score a spreadsheet"), icon=":material/table_view:"),
            st.Page(calls.show, url_path="calls", title=_("What calling pays"), icon=":material/call:"),
        ],
        _("Workshop"): [
            st.Page(workshop.show, url_path="workshop", title=_("Workshop"), icon=":material/school:"),
        ],
        _("Data"): [
            st.Page(data.show, url_path="data", title=_("Data"), icon=":material/database:"),
            st.Page(gone.show, url_path="gone", title=_("Who counts as gone"), icon=":material/event_busy:"),
            st.Page(home, url_path="home", title=_("Retention Desk"), default=True, visibility="hidden"),
        ],
    }


def side() -> None:
    """Which firm is loaded, beside every page."""
    loaded = firm()
    with st.sidebar:
        if loaded is None:
            st.caption(_("No customers are loaded."))
            link("data", label=_("Go to Data"), icon=":material/upload_file:")
            return
        name = _("Sample firm: invented data") if loaded.is_sample else wording.escape(loaded.file)
        st.caption(f"{name}  \n{plural('{n} customer', '{n} customers', loaded.customers)}")


def open_page() -> None:
    """Opens the page that was asked for; what goes wrong with the desk or a file is one sentence."""
    st.set_page_config(page_title=_("Retention Desk"), page_icon=str(ICON), layout="wide")
    pages = page_list()
    page = st.navigation(pages, expanded=True)
    remember({page.url_path: page for section in pages.values() for page in section}, here=page.url_path)
    try:
        brought_up()
        side()
        loaded = firm()
        if page.url_path not in FILTERED or loaded is None or filters.bar(loaded):
            page.run()
    except ChurnError as error:
        st.error(wording.escape(str(error)), icon=":material/error:")


open_page()
