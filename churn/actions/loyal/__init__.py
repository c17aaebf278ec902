"""LOYAL: who the loyal customers are, what they said, what they were given, and what they might try next."""

from churn.actions.loyal.asking import INTERVIEW, Quote, keep_testimonial, note_interview, quotes, usable, withdraw
from churn.actions.loyal.next import NextProducts, next_products
from churn.actions.loyal.thanking import Budget, budget_of, give_thanks, set_budget, thanked
from churn.actions.loyal.who import MARKS, Loyal, loyal, mark_name

__all__ = [
    "INTERVIEW",
    "MARKS",
    "Budget",
    "Loyal",
    "NextProducts",
    "Quote",
    "budget_of",
    "give_thanks",
    "keep_testimonial",
    "loyal",
    "mark_name",
    "next_products",
    "note_interview",
    "quotes",
    "set_budget",
    "thanked",
    "usable",
    "withdraw",
]
