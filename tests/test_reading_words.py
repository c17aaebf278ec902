"""How pages say what the library says of files."""

import ast
import re
from pathlib import Path

import pytest

from ui.reading_words import choice_label, on_page

ROOT = Path(__file__).resolve().parent.parent
OPTION = re.compile(r"(?<![\w-])--[a-z]")


def sentences() -> list[str]:
    """Every translated text of the library that a page may show and that names an option of the command line."""
    found = []
    rooms = [*sorted((ROOT / "churn/intake").rglob("*.py")), *sorted((ROOT / "churn/risk").glob("*.py"))]
    for file in [*rooms, *(ROOT / "churn" / f"{name}.py" for name in ("adding", "linking", "stacking", "histories"))]:
        calls = [node for node in ast.walk(ast.parse(file.read_text())) if isinstance(node, ast.Call)]
        told = [call for call in calls if isinstance(call.func, ast.Name) and call.func.id in ("_", "plural")]
        texts = [text.value for call in told for text in call.args if isinstance(text, ast.Constant) and isinstance(text.value, str)]
        found += [text for text in texts if OPTION.search(text)]
    return found


def test_no_sentence_of_the_library_leaves_an_option_of_the_command_line_on_a_page():
    told = sentences()
    assert len(told) > 15
    assert [
        page
        for text in told
        if OPTION.search(page := on_page(text.replace("{row}", "3").replace("{source}", "a").replace("{column}", "b")))
    ] == []


@pytest.mark.parametrize(
    ("told", "shown"),
    [
        ("--set contacts.channel=a bird: 'a bird' is not one of phone.", "'a bird' is not one of phone."),
        (
            "o.csv: no row can be loaded. Say --map o.csv.SOURCE=customer_id with the right header, or load these customers too.",
            "o.csv: no row can be loaded. Choose another column below, or load these customers too.",
        ),
        (
            "f.csv: row 3 (a, b) looks like others: say --header-row 3 if it holds the headers, or --header-row 0 if there are none.",
            "f.csv: row 3 (a, b) looks like others: choose row 3 below if it holds the headers, or none if there are none.",
        ),
        ("f.csv: is the delimiter right? say --delimiter.", "f.csv: is the delimiter right? choose Separator below."),
        (
            "f.csv unpacks to much: split it, or say --most-megabytes.",
            "f.csv unpacks to much: split it, or ask whoever runs this desk to raise the limit.",
        ),
        ("2026--most-of-it.csv is empty.", "2026--most-of-it.csv is empty."),
    ],
)
def test_options_become_the_names_of_fields(told, shown):
    assert on_page(told) == shown


def test_encodings_say_where_they_come_from_and_others_stay_as_they_are():
    assert choice_label("mac_roman") == "mac_roman (Western Europe, from an old Mac)"
    assert choice_label("utf-16") == "utf-16"
