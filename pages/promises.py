"""What did we promise whom, by when, and what is broken?"""

import streamlit as st

from churn.snapshot.left import left_behind
from churn.wording import _
from ui import promises
from ui.desk import firm, the_desk
from ui.show import cards, heading, lacking, no_customers
from ui.working import say_the_day, the_day


def show() -> None:
    loaded = firm()
    heading(_("Promises"), loaded, about=_("What we promised to whom, by when. A promise that is not kept is a main reason to leave."))
    if loaded is None:
        no_customers()
        return
    desk, day = the_desk(), the_day()
    say_the_day()
    version, journal = desk.version(), desk.journal.version()
    found = promises.open_now(version, journal, day)
    kept = promises.kept_so_far(version, journal, day)
    cards(promises.figures(found, day))
    promises.ask_new(day)
    if len(found):
        promises.listed(found, day)
        promises.to_take(found)
    elif "promises" in loaded.known:
        st.info(_("No promise is open. Add one above when you make it, and it is listed here before it is due."), icon=":material/info:")
    if len(kept):
        promises.so_far(kept, promises.record(version))
    if told := left_behind(desk, "promises"):
        st.caption(told)
    elif "promises" not in loaded.tables:
        lacking(
            _(
                "Promises added above are listed here before they are due. Load a promises table (what was promised to whom, when, due "
                "when, kept when) to see those made elsewhere too."
            )
        )
