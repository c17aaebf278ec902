"""What signs read: what is known of every active customer before `as_of`, one row a customer, in one pass over each table."""

from datetime import timedelta

import narwhals.stable.v2 as nw

from churn.dials import Dials
from churn.features.windows import with_gaps
from churn.measures.declared import Tables, declared
from churn.measures.dialect import Frame, count_if, days_between, latest, real, sum_if, words
from churn.measures.lives import active, lives
from churn.signs.thresholds import Thresholds

ACTIVE_WORDS = ("active", "activated", "reactivated", "resumed", "open", "current", "live", "normal")
WEB = ("web", "social")
_KEY = "customer_id"


def facts(tables: Tables, dials: Dials, thresholds: Thresholds) -> Frame:
    """One row a customer active at `dials.as_of`: customer_id, renewal_on, renewal_in (days), window (days that counts go over), and the
    columns that the functions below name.

    Whatever lies on or after `as_of` is left out: rows by their day, and days inside rows (paid_on, resolved_on, kept_on) as unknown.
    """
    found = declared(tables)
    here = active(lives(tables, dials)).select(_KEY)
    known = here.join(found["customers"].select(_KEY, "renewal_on"), on=_KEY, how="left").with_columns(
        renewal_in=days_between(nw.lit(dials.as_of), nw.col("renewal_on")), window=nw.lit(thresholds.window_days)
    )
    parts = [
        _contacts(_before(found["contacts"], "contacted_on", here, dials), dials, thresholds),
        _orders(_before(found["orders"], "ordered_on", here, dials), dials, thresholds),
        *_surveys(_before(found["surveys"], "answered_on", here, dials), dials),
        *_changes(_before(found["changes"], "changed_on", here, dials), found["customers"], dials),
        _promises(_before(found["promises"], "promised_on", here, dials), dials, thresholds),
    ]
    for part in parts:
        known = known.join(part, on=_KEY, how="left")
    return known


def _before(frame: Frame, day: str, here: Frame, dials: Dials) -> Frame:
    return frame.filter(nw.col(day) < nw.lit(dials.as_of)).join(here, on=_KEY, how="semi")


def _contacts(contacts: Frame, dials: Dials, thresholds: Thresholds) -> Frame:
    """contact_times (days with contact), contact_on (the last), contact_ago, contact_usual (median gap between them, days); contacts_now,
    contacts_before (in the window, and in the one before it), web_now, web_before (of these by web and social), complaints (in the window),
    complained_on (the last), open_complaints, open_since (the oldest), open_for (days), noticed_on, noticed_ago (a cancellation notice)."""
    day, complaint = nw.col("contacted_on"), nw.col("kind") == nw.lit("complaint")
    settled = (nw.col("resolved_on") < nw.lit(dials.as_of)).fill_null(nw.lit(False))
    online, notice = nw.col("channel").is_in(WEB), nw.col("kind") == nw.lit("cancellation_notice")
    now, before = _windows(day, dials, thresholds)
    return (
        with_gaps(contacts, "contacted_on")
        .group_by(_KEY)
        .agg(
            (nw.col("_gap").count() + nw.lit(1)).cast(nw.Int64).alias("contact_times"),
            day.max().alias("contact_on"),
            nw.col("_gap").median().alias("contact_usual"),
            *(_count(which, name) for name, which in {"contacts_now": now, "contacts_before": before}.items()),
            *(_count(which & online, name) for name, which in {"web_now": now, "web_before": before}.items()),
            _count(now & complaint, "complaints"),
            nw.when(complaint).then(day).max().alias("complained_on"),
            _count(complaint & ~settled, "open_complaints"),
            nw.when(complaint & ~settled).then(day).min().alias("open_since"),
            nw.when(notice).then(day).max().alias("noticed_on"),
        )
        .with_columns(contact_ago=_ago("contact_on", dials), open_for=_ago("open_since", dials), noticed_ago=_ago("noticed_on", dials))
    )


def _orders(orders: Frame, dials: Dials, thresholds: Thresholds) -> Frame:
    """order_times (days with an order), ordered_on (the last), order_ago, order_usual (median gap, days); orders_now, orders_before (in
    the window, and in the one before it), each_now, each_before (mean amount of these, without those of 0 or less); late (fell due in the
    window and not paid by then), late_on (the latest due day of these), unpaid (money of these that is still unpaid)."""
    day, due, amount = nw.col("ordered_on"), nw.col("due_on"), real("amount").fill_null(nw.lit(0.0))
    begin, end = nw.lit(dials.as_of - timedelta(days=thresholds.window_days)), nw.lit(dials.as_of)
    late = (due >= begin) & (due < end) & ~(nw.col("paid_on") <= due).fill_null(nw.lit(False))
    unpaid = late & ~(nw.col("paid_on") < end).fill_null(nw.lit(False))
    now, before = _windows(day, dials, thresholds)
    return (
        with_gaps(orders, "ordered_on")
        .group_by(_KEY)
        .agg(
            (nw.col("_gap").count() + nw.lit(1)).cast(nw.Int64).alias("order_times"),
            day.max().alias("ordered_on"),
            nw.col("_gap").median().alias("order_usual"),
            _count(now, "orders_now"),
            _count(before, "orders_before"),
            sum_if(now & (amount > 0), amount).alias("sum_now"),
            sum_if(before & (amount > 0), amount).alias("sum_before"),
            _count(now & (amount > 0), "paying_now"),
            _count(before & (amount > 0), "paying_before"),
            _count(late, "late"),
            nw.when(late).then(due).max().alias("late_on"),
            sum_if(unpaid, amount).alias("unpaid"),
        )
        .with_columns(
            order_ago=_ago("ordered_on", dials),
            each_now=nw.when(nw.col("paying_now") > 0).then(nw.col("sum_now") / nw.col("paying_now").cast(nw.Float64)),
            each_before=nw.when(nw.col("paying_before") > 0).then(nw.col("sum_before") / nw.col("paying_before").cast(nw.Float64)),
        )
        .drop("sum_now", "sum_before", "paying_now", "paying_before")
    )


def _surveys(surveys: Frame, dials: Dials) -> list[Frame]:
    """nps_score, nps_on, nps_ago (the last usable answer; of one day's, the highest); exit_on, exit_ago (the last exit answer)."""
    asked = surveys.select(_KEY, "answered_on", "question", real("score").alias("score"))
    usable = (nw.col("question") == nw.lit("nps")) & (nw.col("score") >= 0) & (nw.col("score") <= 10)
    answers = latest(asked.filter(usable).select(_KEY, "answered_on", "score"), "answered_on", "score")
    exits = asked.filter(nw.col("question") == nw.lit("exit")).group_by(_KEY).agg(nw.col("answered_on").max().alias("exit_on"))
    scored = answers.select(_KEY, nw.col("score").alias("nps_score"), nw.col("answered_on").alias("nps_on"))
    return [scored.with_columns(nps_ago=_ago("nps_on", dials)), exits.with_columns(exit_ago=_ago("exit_on", dials))]


def _changes(changes: Frame, customers: Frame, dials: Dials) -> list[Frame]:
    """The last change of the contact person (person_on, person_ago, person_before, person_after), to a cheaper plan or a lower price
    (lower_on, ...) and of the status (status_on, ...). Which plan is cheaper: that whose customers pay less a month on average."""
    rows = changes.select(_KEY, "changed_on", "what", words("before").alias("before"), words("after").alias("after"))
    worth = customers.select(words("plan").alias("plan"), real("monthly_value").alias("worth")).group_by("plan").agg(nw.col("worth").mean())
    plans = rows.filter(nw.col("what") == nw.lit("plan"))
    for side in ("before", "after"):
        plans = plans.join(worth.select(nw.col("plan").alias(side), nw.col("worth").alias(f"_{side}")), on=side, how="left")
    prices = rows.filter(nw.col("what") == nw.lit("price")).with_columns(_before=_amount("before"), _after=_amount("after"))
    lowered = nw.concat([plans, prices]).filter(nw.col("_after") < nw.col("_before")).drop("_before", "_after")
    found = {
        "person": rows.filter(nw.col("what") == nw.lit("point_of_contact")),
        "lower": lowered,
        "status": rows.filter(nw.col("what") == nw.lit("status")),
    }
    return [_last_change(frame.drop("what"), name, dials) for name, frame in found.items()]


def _last_change(rows: Frame, name: str, dials: Dials) -> Frame:
    last = latest(rows, "changed_on", "before", "after")
    renamed = {"changed_on": f"{name}_on", "before": f"{name}_before", "after": f"{name}_after"}
    dated = last.select(_KEY, *(nw.col(old).alias(new) for old, new in renamed.items()))
    return dated.with_columns(_ago(f"{name}_on", dials).alias(f"{name}_ago"))


def _promises(promises: Frame, dials: Dials, thresholds: Thresholds) -> Frame:
    """broken (fell due in the window and not kept by then), broken_on (the latest due day of these)."""
    due = nw.col("due_on")
    begin, end = nw.lit(dials.as_of - timedelta(days=thresholds.window_days)), nw.lit(dials.as_of)
    broken = (due >= begin) & (due < end) & ~(nw.col("kept_on") <= due).fill_null(nw.lit(False))
    return promises.filter(broken).group_by(_KEY).agg(nw.len().alias("broken"), due.max().alias("broken_on"))


def _windows(day: nw.Expr, dials: Dials, thresholds: Thresholds) -> tuple[nw.Expr, nw.Expr]:
    """Whether a day lies in the window before `as_of`, and in the window before that one."""
    begin = nw.lit(dials.as_of - timedelta(days=thresholds.window_days))
    former = nw.lit(dials.as_of - timedelta(days=2 * thresholds.window_days))
    return day >= begin, (day >= former) & (day < begin)


def _count(condition: nw.Expr, name: str) -> nw.Expr:
    return count_if(condition).cast(nw.Int64).alias(name)


def _ago(day: str, dials: Dials) -> nw.Expr:
    return days_between(nw.col(day), nw.lit(dials.as_of))


def _amount(column: str) -> nw.Expr:
    """A price written in plain digits as a number, null for any other text."""
    text = nw.col(column)
    return nw.when(text.str.contains(r"^[0-9]+(\.[0-9]+)?$")).then(text).cast(nw.Float64)
