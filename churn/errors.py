"""The errors that the desk shows to people: each text says what, where and what to do."""


class ChurnError(Exception):
    """Base of every error whose text is meant to be read by a user."""


class IntakeError(ChurnError):
    """A file cannot be understood as a table of customers."""


class QuestionError(IntakeError):
    """A file can be read in more than one way and only its owner can say which."""


class StoreError(ChurnError):
    """A desk cannot be opened, read or written."""


class StoppedError(ChurnError):
    """Somebody stopped the work; everything is as it was."""


class TrainingError(ChurnError):
    """A table cannot be learned from."""


class ModelError(ChurnError):
    """A model file is damaged, unknown, or does not fit the sheet."""


class MoneyError(ChurnError):
    """An amount, a share or a risk that cannot be."""


class FilterError(ChurnError):
    """A filter that names no column, or a value or period that cannot be."""
