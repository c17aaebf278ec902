"""The apostrophe that keeps a spreadsheet from taking text for a formula: put before such text in files that leave the desk, and taken
away where a file is read, so that text comes back as it was."""

import pandas as pd

LIVE = ("=", "+", "-", "@", "\t", "\r", "\n")
_LIVE = r"^'*[=+\-@\t\r\n]"
_FORMULA = r'\s*="[^"]*"\s*'
_GUARDED = r"^'+[=+\-@\t\r\n]"


def guarded(texts: "pd.Series[str]") -> "pd.Series[str]":
    """The texts, those that a spreadsheet could take for a formula behind an apostrophe; missing ones stay missing.

    >>> guarded(pd.Series(["=1+1", "'-", "plain"])).to_list()
    ["'=1+1", "''-", 'plain']
    """
    live = texts.str.contains(_LIVE, regex=True, na=False)
    return texts.where(~live, "'" + texts) if live.any() else texts


def unguarded(texts: "pd.Series[str]") -> "pd.Series[str]":
    """The texts without the apostrophe that `guarded` put before them.

    >>> unguarded(guarded(pd.Series(["=1+1", "'-", "plain", "'tis"]))).to_list()
    ['=1+1', "'-", 'plain', "'tis"]
    """
    quoted = texts.str.startswith("'", na=False)
    if not quoted.any():
        return texts
    behind = texts.str.contains(_GUARDED, regex=True, na=False)
    return texts.where(~behind, texts.str.slice(1)) if behind.any() else texts


def bare_of_formulas(texts: "pd.Series[str]") -> "tuple[pd.Series[str], int]":
    """The texts, those that exports write as a formula so that a spreadsheet keeps their zeros as what they say, and how many these are.

    >>> bare_of_formulas(pd.Series(['="00123"', "=A1", "'tis"]))
    (0    00123
    1      =A1
    2     'tis
    dtype: str, 1)
    """
    formulas = texts.str.fullmatch(_FORMULA, na=False)
    if not (n := int(formulas.sum())):
        return texts, 0
    return texts.where(~formulas, texts.str.strip().str.slice(2, -1)), n
