"""ACTION: whom to call, and what that brings."""

from churn.actions.calling import CallPlan, LookBack, Terms, call_plan, look_back, most_valuable

__all__ = ["CallPlan", "LookBack", "Terms", "call_plan", "look_back", "most_valuable"]
