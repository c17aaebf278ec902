"""Every function that takes lazy tables, and what it is asked on the sample firm, to be the same on DuckDB and on Spark."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import narwhals.stable.v2 as nw

from churn.dials import Dials
from churn.features import contacts, features, held, labels, orders, others, steady, windows
from churn.measures import (
    answers,
    around_changes,
    at_risk,
    before_leaving,
    bought,
    changes,
    churning,
    cohorts,
    cohorts_of,
    complaints,
    declared,
    dialect,
    followed,
    in_touch,
    lifetimes,
    lives,
    loyal,
    loyalty,
    months,
    newcomers,
    nps,
    nps_by,
    nps_from,
    nps_trend,
    own_rhythm,
    period,
    rates,
    reasons,
    revenue,
    rfm,
    rfm_segments,
    rfm_segments_of,
    rhythm,
    risk_spread,
    riskiest,
    said,
    segments,
    standing,
    stated,
    stood,
    survival,
    told,
)  # fmt: skip
from churn.measures.at_risk import risk_bands
from churn.measures.before_leaving import at_last, before_leaving_of
from churn.measures.declared import Tables
from churn.measures.dialect import Frame, real
from churn.measures.products import products_bought
from churn.measures.reason_aliases import Aliases
from churn.measures.survival import started_in
from churn.signs import Thresholds, facts, record, showing

AS_OF = date(2026, 1, 1)
FIRST = date(2023, 7, 1)
LIMITS = Thresholds()
ALIASES = Aliases()
DIALS = Dials(AS_OF, None, 90)
LOST = rates.lost_expression("ended_on")


@dataclass(frozen=True)
class Firm:
    """The sample firm on one engine: its tables, and the prepared tables that are made of them."""

    tables: Tables
    made: dict[str, Any]
    dials: Dials = DIALS

    @property
    def asked(self) -> tuple[Tables, Dials]:
        return self.tables, self.dials

    @property
    def silent(self) -> tuple[Tables, Dials]:
        """With dials by which silence decides who is gone."""
        return self.tables, Dials(AS_OF, 200, 90)

    @property
    def customers(self) -> Frame:
        return self.tables["customers"]

    @property
    def surveys(self) -> Frame:
        return self.tables["surveys"]

    @property
    def months(self) -> Frame:
        return self.made["customer_months"]

    @property
    def lived(self) -> Frame:
        return lives.lives_of(self.made["customer_now"])

    @property
    def known(self) -> tuple[Frame, Frame, Any]:
        """Customers, risks that are no model's, with gaps, and who is lost."""
        return self.customers, self.customers.select("customer_id", risk=(real("monthly_value") * 0.37) % 1.0), LOST

    @property
    def groups(self) -> Frame:
        return churning.grouped(self.customers, "region")

    @property
    def values(self) -> Frame:
        return loyalty.values_from_orders(self.tables["orders"])

    @property
    def exits(self) -> Frame:
        return stated.stated_reasons(*self.asked, lived=self.lived)

    def read(self, table: str) -> tuple[Frame, Dials, Frame]:
        return declared.declared(self.tables)[table], self.dials, lives.active(self.lived)

    def followed(self) -> Frame:
        return followed.first_events(answers.scored_days(*self.asked), self.lived, self.dials, 90)


MEASURES: dict[str, Callable[[Firm], Any]] = {
    "answers.comments": lambda f: [answers.comments(*f.asked), answers.comments(*f.asked, 20, question="exit")],
    "answers.scored_days": lambda f: answers.scored_days(*f.asked),
    "answers.stayed_after_answer": lambda f: answers.stayed_after_answer(*f.asked, lived=f.lived),
    "answers.written_in_one_line": lambda f: said.comments_of(f.made["customer_comments"], 30),
    "around_changes.around_change": lambda f: around_changes.around_change(*f.asked, lived=f.lived),
    "at_risk.at_risk": lambda f: at_risk(*f.known),
    "at_risk.risk_bands": lambda f: risk_bands(*f.known).sort_values("band", ignore_index=True),
    "at_risk.risk_spread": lambda f: risk_spread(*f.known),
    "at_risk.riskiest": lambda f: [riskiest(*f.known, 50), riskiest(*f.known, 50, by="value")],
    "before_leaving.at_last": lambda f: at_last(f.months),
    "before_leaving.before_leaving": lambda f: before_leaving(f.exits, f.customers, f.months),
    "before_leaving.before_leaving_of": lambda f: before_leaving_of(f.exits, f.customers, f.made["customer_leaving"]),
    "changes.changes_by_month": lambda f: changes.changes_by_month(*f.asked),
    "changes.leaving_by_change": lambda f: changes.leaving_by_change(*f.asked, lived=f.lived),
    "changes.lost_after_change": lambda f: changes.lost_after_change(*f.asked, lived=f.lived),
    "churning.churn_by_month": lambda f: [
        churning.churn_by_month(f.months, AS_OF),
        churning.churn_by_month(f.months, AS_OF, groups=f.groups, every="quarter"),
    ],
    "churning.churn_by_month_of": lambda f: churning.churn_by_month_of(lives.lives_of(f.made["customer_now"], "plan"), AS_OF, FIRST),
    "churning.grouped": lambda f: f.groups,
    "cohorts.cohorts": lambda f: cohorts(f.months, AS_OF, every="quarter"),
    "cohorts.cohorts_of": lambda f: cohorts_of(f.lived, f.months, AS_OF, FIRST),
    "complaints.complaint_rate": lambda f: complaints.complaint_rate(f.months),
    "complaints.lost_after_complaint": lambda f: complaints.lost_after_complaint(*f.asked, lived=f.lived),
    "complaints.settled_within": lambda f: complaints.settled_within(*f.asked, every="quarter"),
    "complaints.settling": lambda f: complaints.settling(*f.asked, by="channel"),
    "declared.at_hand": lambda f: declared.at_hand(f.tables, f.customers),
    "declared.declared": lambda f: list(declared.declared(f.tables).values()),
    "declared.holds": lambda f: [declared.holds(f.tables, "orders", "amount"), declared.holds(f.tables, "orders", "colour")],
    "dialect.has": lambda f: [dialect.has(f.customers, "plan"), dialect.has(f.customers, "colour")],
    "dialect.in_memory": lambda f: dialect.in_memory(f.customers.sort("customer_id")),
    "dialect.latest": lambda f: dialect.latest(f.tables["contacts"].select("customer_id", "contacted_on", "kind"), "contacted_on", "kind"),
    "dialect.one_row": lambda f: dialect.one_row(f.customers, [real("monthly_value").mean()]),
    "dialect.ranked": lambda f: dialect.ranked(f.values, "value").drop("_descending", "_one"),
    "dialect.small": lambda f: dialect.small(f.customers.sort("customer_id").head(9)),
    "followed.first_events": lambda f: f.followed(),
    "followed.lost_shares": lambda f: followed.lost_shares(f.followed(), "group"),
    "in_touch.last_spoke": lambda f: in_touch.last_spoke(f.tables["contacts"], AS_OF),
    "in_touch.contact_gaps": lambda f: [in_touch.contact_gaps(*f.asked), in_touch.contact_gaps(*f.asked, direction="in")],
    "in_touch.without_contact": lambda f: in_touch.without_contact(*f.asked, lived=f.lived),
    "lifetimes.lifetimes": lambda f: lifetimes.lifetimes(f.lived).sort_values(["cohort", "end"]),
    "lives.active": lambda f: lives.active(f.lived),
    "lives.given": lambda f: lives.given(None, *f.silent),
    "lives.lives": lambda f: lives.lives(*f.asked),
    "lives.lives_of": lambda f: lives.lives_of(f.made["customer_now"], "plan"),
    "loyal.loyal_customers": lambda f: loyal.loyal_customers(*f.silent),
    "loyal.loyal_fifths": lambda f: loyal.loyal_fifths(*f.asked),
    "loyal.loyal_fifths_of": lambda f: loyal.loyal_fifths_of(f.made["customer_loyal"], f.dials),
    "loyalty.concentration": lambda f: loyalty.concentration(f.values),
    "loyalty.concentration_of": lambda f: loyalty.concentration_of(f.values),
    "loyalty.largest": lambda f: loyalty.largest(f.values, 100),
    "loyalty.values_from_customers": lambda f: loyalty.values_from_customers(f.customers),
    "loyalty.values_from_orders": lambda f: f.values,
    "months.customer_months": lambda f: months.customer_months(*f.silent),
    "months.months_of": lambda f: months.months_of(*f.asked),
    "newcomers.buyers": lambda f: newcomers.buyers(*f.silent),
    "newcomers.existing_against_new": lambda f: newcomers.existing_against_new(*f.asked),
    "newcomers.existing_against_new_of": lambda f: newcomers.existing_against_new_of(f.made["customer_spend"], f.dials),
    "nps.nps": lambda f: nps(f.surveys),
    "nps.nps_by": lambda f: nps_by(f.surveys, f.customers, "plan"),
    "nps.nps_from": lambda f: nps_from(f.surveys, "score"),
    "nps.nps_trend": lambda f: [nps_trend(*f.asked), nps_trend(*f.asked, "year")],
    "own_rhythm.own_rhythms": lambda f: own_rhythm.own_rhythms(*f.asked, f.lived),
    "period.period": lambda f: period(f.tables["orders"], "ordered_on", "paid_on"),
    "products.products_bought": lambda f: products_bought(f.tables["orders"], AS_OF),
    "rates.churn": lambda f: rates.churn(f.customers, LOST),
    "reasons.grouped_mix": lambda f: reasons.reason_mix(f.surveys, aliases=ALIASES),
    "reasons.reason_mix": lambda f: reasons.reason_mix(f.surveys, f.customers, LOST),
    "reasons.reason_mix_from": lambda f: reasons.reason_mix_from(f.customers, "plan", LOST),
    "reasons.texts_of": lambda f: reasons.texts_of(f.exits.with_columns(lost=nw.lit(True)), ALIASES),
    "revenue.revenue_retention": lambda f: revenue.revenue_retention(f.months, AS_OF),
    "rfm.bought": lambda f: bought(f.tables["orders"], AS_OF),
    "rfm.rfm": lambda f: rfm(f.tables["orders"], AS_OF),
    "rfm.rfm_segments": lambda f: rfm_segments(rfm(f.tables["orders"], AS_OF), f.lived),
    "rfm.rfm_segments_of": lambda f: rfm_segments_of(f.made["customer_bought"], f.lived),
    "rhythm.orders_decide": lambda f: rhythm.orders_decide(f.tables),
    "rhythm.return_curve": lambda f: rhythm.return_curve(f.tables, AS_OF),
    "rhythm.suggest_as_of": lambda f: rhythm.suggest_as_of(f.tables),
    "rhythm.suggest_gone_after": lambda f: rhythm.suggest_gone_after(f.tables, AS_OF),
    "rhythm.suggested": lambda f: rhythm.suggested(f.tables),
    "rhythm.usual_gaps": lambda f: rhythm.usual_gaps(f.tables, AS_OF),
    "rhythm.what_it_means": lambda f: rhythm.what_it_means(f.tables, AS_OF),
    "said.answered_within": lambda f: said.answered_within(f.made["customer_answers"], FIRST, AS_OF),
    "said.comments_of": lambda f: said.comments_of(f.made["customer_comments"], 20, question="exit"),
    "said.customer_answers": lambda f: said.customer_answers(*f.asked, None),
    "said.customer_comments": lambda f: said.customer_comments(*f.asked),
    "said.customer_reasons": lambda f: said.customer_reasons(*f.asked, f.lived),
    "said.nps_by_of": lambda f: said.nps_by_of(f.made["customer_answers"], f.customers, "region"),
    "said.nps_of": lambda f: said.nps_of(f.made["customer_answers"]),
    "said.nps_trend_of": lambda f: said.nps_trend_of(f.made["customer_answers"]),
    "said.stayed_after_answer_of": lambda f: said.stayed_after_answer_of(f.made["customer_answers"]),
    "segments.segments": lambda f: segments(f.customers, ["plan", "region"], LOST, bought=f.made["customer_bought"]),
    "standing.standing": lambda f: standing(*f.known),
    "standing.stood": lambda f: stood(f.customers, f.known[1].with_columns(lost=real("risk").round(0))),
    "stated.grouped_reasons": lambda f: stated.stated_reasons(*f.asked, aliases=ALIASES, lived=f.lived),
    "stated.reason_trend": lambda f: stated.reason_trend(f.exits),
    "stated.reasons_by": lambda f: stated.reasons_by(f.exits, f.customers, "plan"),
    "stated.stated_against_unstated": lambda f: stated.stated_against_unstated(f.exits, f.customers),
    "stated.stated_reasons": lambda f: stated.stated_reasons(*f.asked, column="segment", lived=f.lived),
    "stated.stated_share": lambda f: [
        stated.stated_share(f.exits, every="year"),
        stated.stated_share(f.exits, customers=f.customers, by="plan"),
    ],
    "survival.started_in": lambda f: [started_in(f.lived, "quarter"), started_in(f.lived, "year")],
    "survival.survival": lambda f: survival(f.lived, AS_OF, f.groups),
    "told.told_reasons": lambda f: told.reason_mix_told(
        told.told_reasons(f.made["customer_reasons"], f.customers, "plan", aliases=ALIASES)
    ),
}

FEATURES: dict[str, Callable[[Firm], Any]] = {
    "features.features": lambda f: [features(*f.silent, steady=["name"]), features(f.tables, f.dials.at(AS_OF - timedelta(days=90)))],
    "contacts.contact_features": lambda f: contacts.contact_features(*f.read("contacts")),
    "labels.labels": lambda f: labels(f.tables, Dials(AS_OF - timedelta(days=90), 200, 90)),
    "known.held": lambda f: [feature.name for feature in held(f.tables)],
    "orders.order_features": lambda f: orders.order_features(*f.read("orders")),
    "others.change_features": lambda f: others.change_features(*f.read("changes")),
    "others.promise_features": lambda f: others.promise_features(*f.read("promises")),
    "others.survey_features": lambda f: others.survey_features(*f.read("surveys")),
    "windows.before": lambda f: windows.before(f.tables["orders"], "ordered_on", f.dials, f.lived),
    "windows.with_gaps": lambda f: windows.with_gaps(f.tables["orders"].select("customer_id", "ordered_on"), "ordered_on"),
    "others.turns": lambda f: others.turns(f.tables["changes"], "price"),
    "steady.customer_features": lambda f: steady.customer_features(*f.asked, lives.active(f.lived), ["name"]),
}

SIGNS: dict[str, Callable[[Firm], Any]] = {
    "facts.facts": lambda f: facts.facts(*f.asked, LIMITS),
    "record.record_of": lambda f: record.record_of(*f.silent, LIMITS, [AS_OF - timedelta(days=90), AS_OF - timedelta(days=180)]),
    "showing.graded_facts": lambda f: showing.graded_facts(*f.silent, LIMITS),
    "showing.lacking": lambda f: showing.lacking(f.tables),
    "showing.signs": lambda f: showing.signs(*f.silent),
    "showing.told": lambda f: list(showing.told(f.tables)),
}
