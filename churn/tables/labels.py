"""What files call the column that marks the lost, and its values."""

from churn.tables.headers import foreign_labels

LABEL_ALIASES = (
    "churn",
    "churned",
    "churn flag",
    "churn label",
    "churn value",
    "exited",
    "lost",
    "left",
    "attrition",
    "attrition flag",
    "is churn",
    "cancelled",
    "canceled",
    *foreign_labels(),
)
LOST_WORDS = ("1", "yes", "y", "true", "t", "lost", "churn", "churned", "exited", "left", "gone", "cancelled", "canceled", "attrited")
KEPT_WORDS = ("0", "no", "n", "false", "f", "active", "kept", "stayed", "retained", "existing", "current")
