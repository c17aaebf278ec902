"""The house of the design, held: who may import whom, what runs on import, how large a part may grow, what no file may say."""

import ast
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from churn import errors

ROOT = Path(__file__).resolve().parent.parent
ROOMS = ("app", "front", "pages", "ui", "churn")
STEPS = (
    "errors", "tables", "wording", "intake", "typed", "gathering", "stacking", "linking", "products", "stored", "putting", "loads",
    "journal", "opening", "store", "adding", "histories", "dials", "measures", "filters", "features", "signs", "shortcuts", "prepared",
    "risk", "snapshot", "narrowed", "view", "money", "actions", "charts", "findings", "report", "terminal",
    "snapshot_commands", "desk_commands", "load_command", "export_command", "__main__",
)  # fmt: skip
OUTSIDE = ("sample_data", "benchmarks", "tools", "tests")
WITH_STREAMLIT = ("app", "front", "pages", "ui")
CODE_LOADERS = ("pickle", "cPickle", "_pickle", "cloudpickle", "dill", "marshal", "shelve")
PLAIN_CONSTRUCTORS = ("frozenset", "tuple", "dict", "range", "Path")
SHOWN_ERRORS = {name for name, kind in vars(errors).items() if isinstance(kind, type) and issubclass(kind, errors.ChurnError)}
TEXTS_OF = {"_": 1, "gettext": 1, "plural": 2, "ngettext": 2}
FORBIDDEN_TEXT = re.compile(
    "|".join(
        (
            r"(?<![\w.])/(?:work|root|home|Users|opt)/\w",
            r"(?<![\w.])/tmp/\w",
            r"pypi\." + "org|python" + "hosted",
            r"registry\." + r"npmjs|deb\." + "debian",
        )
    )
)

Rule = Callable[[str, ast.Module], Iterator[str]]


def imported(module: str, tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Line and full dotted name of everything that `module` imports, wherever the statement stands."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            parents = module.split(".")[: -node.level] if node.level else []
            package = ".".join([*parents, *([node.module] if node.module else [])])
            yield from ((node.lineno, f"{package}.{alias.name}") for alias in node.names)


def room(name: str) -> str:
    return name.split(".")[0]


def step(name: str) -> str:
    """The step of the data's path that a name inside churn belongs to: `churn.intake.grid` is intake; churn itself is no step."""
    return [*name.removesuffix(".__init__").split("."), ""][1]


def within(name: str, package: str) -> bool:
    return name == package or name.startswith(package + ".")


def rooms_run_one_way(module: str, tree: ast.Module) -> Iterator[str]:
    here = room(module)
    for line, name in imported(module, tree):
        there = room(name)
        to_the_left = here in ROOMS and there in ROOMS and ROOMS.index(there) < ROOMS.index(here)
        from_outside = here in ROOMS and there in OUTSIDE
        if to_the_left or from_outside:
            yield f"{module}:{line} imports {name}, and imports run {' -> '.join(ROOMS)}"


def steps_run_one_way(module: str, tree: ast.Module) -> Iterator[str]:
    if room(module) != "churn":
        return
    here = step(module)
    if here and here not in STEPS:
        yield f"{module} has no place in the order {', '.join(STEPS)}"
        return
    for line, name in imported(module, tree):
        there = step(name)
        if room(name) == "churn" and there in STEPS and (not here or STEPS.index(there) > STEPS.index(here)):
            yield f"{module}:{line} imports {name}, which comes after it in the order {', '.join(STEPS)}"


def streamlit_stays_above_churn(module: str, tree: ast.Module) -> Iterator[str]:
    for line, name in imported(module, tree):
        if within(name, "streamlit") and room(module) not in WITH_STREAMLIT:
            yield f"{module}:{line} imports {name}, which only {', '.join(WITH_STREAMLIT)} may"


def duckdb_stays_in_the_store(module: str, tree: ast.Module) -> Iterator[str]:
    for line, name in imported(module, tree):
        if within(name, "duckdb") and not within(module, "churn.store"):
            yield f"{module}:{line} imports {name}, which only churn.store may"


def nothing_runs_what_it_reads(module: str, tree: ast.Module) -> Iterator[str]:
    for line, name in imported(module, tree):
        if room(name) in CODE_LOADERS:
            yield f"{module}:{line} imports {name}, and a file could then run code"
    for node in ast.walk(tree):
        if isinstance(node, ast.keyword) and node.arg in ("unsafe_allow_html", "allow_pickle"):
            yield f"{module}:{node.lineno} passes {node.arg}"
        name = node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""
        if name in ("eval", "exec", "read_pickle", "to_pickle"):
            yield f"{module}:{node.lineno} uses {name}"


def runs_on_import(node: ast.stmt) -> bool:
    """Whether a statement at a page's top level does more than import, define or name a constant."""
    match node:
        case ast.Import() | ast.ImportFrom() | ast.FunctionDef() | ast.ClassDef() | ast.Expr(value=ast.Constant(value=str())):
            return False
        case ast.If(test=ast.Name(id="TYPE_CHECKING"), orelse=[]):
            return any(runs_on_import(inner) for inner in node.body)
        case ast.Assign() | ast.AnnAssign():
            calls = (inner.func for inner in ast.walk(node) if isinstance(inner, ast.Call))
            return any(not (isinstance(call, ast.Name) and call.id in PLAIN_CONSTRUCTORS) for call in calls)
    return True


def pages_only_define_show(module: str, tree: ast.Module) -> Iterator[str]:
    if room(module) != "pages" or module == "pages.__init__":
        return
    if not any(isinstance(node, ast.FunctionDef) and node.name == "show" for node in tree.body):
        yield f"{module} defines no show()"
    yield from (f"{module}:{node.lineno} runs on import" for node in tree.body if runs_on_import(node))


def parts_stay_small(module: str, tree: ast.Module) -> Iterator[str]:
    length = max((node.end_lineno or 0 for node in tree.body), default=0)
    if length >= 300:
        yield f"{module} has {length} lines and wants to become two modules"
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = (node.end_lineno or 0) - node.lineno + 1
            if lines > 50:
                yield f"{module}:{node.lineno} {node.name}() has {lines} lines, more than 50"


def called(node: ast.AST) -> str:
    """The plain name of what a call calls, "" for anything else."""
    match node:
        case ast.Call(func=ast.Name(id=name)) | ast.Call(func=ast.Attribute(attr=name)):
            return name
    return ""


def is_text(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def is_untranslated(text: ast.expr) -> bool:
    """Whether a sentence is written out on the spot: an f-string, a literal, or one of these joined, chosen or filled in."""
    match text:
        case ast.Call(func=ast.Attribute(value=filled_in)) if called(text) not in TEXTS_OF:
            return is_untranslated(filled_in)
        case ast.BinOp(left=one, right=other) | ast.IfExp(body=one, orelse=other):
            return is_untranslated(one) or is_untranslated(other)
    return isinstance(text, ast.JoinedStr) or is_text(text)


def errors_speak_the_readers_language(module: str, tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and called(node) in SHOWN_ERRORS and any(map(is_untranslated, node.args)):
            yield f"{module}:{node.lineno} gives {called(node)} a text that has not passed _()"


def texts_to_translate_are_literal(module: str, tree: ast.Module) -> Iterator[str]:
    if module == "churn.wording":
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and called(node) in TEXTS_OF:
            texts = node.args[: TEXTS_OF[called(node)]]
            if len(texts) < TEXTS_OF[called(node)] or not all(map(is_text, texts)):
                yield f"{module}:{node.lineno} gives {called(node)}() something other than literal text, which no catalogue could hold"


RULES: tuple[Rule, ...] = (
    rooms_run_one_way,
    steps_run_one_way,
    streamlit_stays_above_churn,
    duckdb_stays_in_the_store,
    nothing_runs_what_it_reads,
    pages_only_define_show,
    parts_stay_small,
    errors_speak_the_readers_language,
    texts_to_translate_are_literal,
)


def module_name(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts)


def modules() -> list[Path]:
    """Every module but the tests and the benchmarks, which may use whatever proves something."""
    folders = [ROOT / name for name in (*ROOMS, "sample_data", "tools")]
    return sorted([*ROOT.glob("*.py"), *(path for folder in folders for path in folder.rglob("*.py"))])


def is_room(folder: Path) -> bool:
    """Whether a folder at the top belongs to the project: it is no environment, no desk, no cache, no version control."""
    foreign = (folder / "pyvenv.cfg").exists() or (folder / "desk.duckdb").exists()
    return not foreign and (not folder.name.startswith(".") or folder.name in (".ci", ".streamlit"))


def project_files() -> list[Path]:
    """Every file that git keeps or would keep; in a copy without git, every file that is no cache."""
    if (ROOT / ".git").exists() and shutil.which("git"):
        git = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
        names = subprocess.run(git, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\0")
        return [ROOT / name for name in names if name and (ROOT / name).is_file()]
    files = [path for path in ROOT.iterdir() if path.is_file()]
    folders = [path for path in ROOT.iterdir() if path.is_dir() and is_room(path)]
    return files + [path for folder in folders for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_every_module_keeps_the_rule(rule):
    broken = [line for path in modules() for line in rule(module_name(path), ast.parse(path.read_text("utf-8"), path))]
    assert not broken, "\n".join(broken)


@pytest.mark.parametrize(
    ("rule", "module", "source", "complaint"),
    [
        (rooms_run_one_way, "churn.money", "from ui import reads", "churn.money:1 imports ui.reads"),
        (rooms_run_one_way, "ui.reads", "def late():\n    import pages.overview", "ui.reads:2 imports pages.overview"),
        (rooms_run_one_way, "churn.money", "from sample_data import generate", "imports sample_data.generate"),
        (steps_run_one_way, "churn.tables", "from churn.store import open_desk", "comes after it"),
        (steps_run_one_way, "churn.intake.grid", "from ..risk import train", "imports churn.risk.train, which comes after it"),
        (steps_run_one_way, "churn.tables", "from churn import store", "imports churn.store, which comes after it"),
        (steps_run_one_way, "churn.__init__", "from churn import errors", "comes after it"),
        (steps_run_one_way, "churn.intake.__init__", "from ..risk import train", "imports churn.risk.train, which comes after it"),
        (steps_run_one_way, "churn.utils", "", "has no place in the order"),
        (streamlit_stays_above_churn, "churn.charts", "import streamlit as st", "churn.charts:1 imports streamlit"),
        (duckdb_stays_in_the_store, "churn.measures.loyalty", "from duckdb import connect", "which only churn.store may"),
        (nothing_runs_what_it_reads, "ui.tables", "import pickle", "a file could then run code"),
        (nothing_runs_what_it_reads, "pages.data", "st.markdown(text, unsafe_allow_html=True)", "passes unsafe_allow_html"),
        (nothing_runs_what_it_reads, "ui.tables", "eval(text)", "uses eval"),
        (nothing_runs_what_it_reads, "ui.tables", "frame.eval(text)", "uses eval"),
        (pages_only_define_show, "pages.data", "def display(): ...", "defines no show()"),
        (pages_only_define_show, "pages.data", "def show(): ...\nst.title('Data')", "pages.data:2 runs on import"),
        (pages_only_define_show, "pages.data", "def show(): ...\nDESK = open_desk('.')", "pages.data:2 runs on import"),
        (parts_stay_small, "churn.money", "def value():\n" + "    x = 1\n" * 50, "value() has 51 lines"),
        (parts_stay_small, "churn.money", "x = 1\n" * 300, "churn.money has 300 lines"),
        (errors_speak_the_readers_language, "churn.money", "raise ModelError('no model')", "churn.money:1 gives ModelError a text"),
        (errors_speak_the_readers_language, "churn.money", "raise errors.StoreError(f'no {desk}') from error", "has not passed _()"),
        (errors_speak_the_readers_language, "churn.money", "raise TrainingError('no {rows}'.format(rows=rows))", "has not passed _()"),
        (errors_speak_the_readers_language, "churn.money", "raise QuestionError(_('which?') + ' say --sheet')", "has not passed _()"),
        (errors_speak_the_readers_language, "churn.money", "raise ChurnError(_('no') if no else f'{x}')", "has not passed _()"),
        (errors_speak_the_readers_language, "churn.money", "def why():\n    return IntakeError(f'{file} is empty')", "churn.money:2"),
        (texts_to_translate_are_literal, "churn.money", "_(f'no {file}')", "churn.money:1 gives _() something other than literal text"),
        (texts_to_translate_are_literal, "churn.money", "wording._(SENTENCE)", "gives _() something other"),
        (texts_to_translate_are_literal, "ui.show", "_('no {file}'.format(file=file))", "gives _() something other"),
        (texts_to_translate_are_literal, "ui.show", "plural('{n} row', many, n)", "gives plural() something other"),
        (texts_to_translate_are_literal, "ui.show", "plural(*forms, n)", "gives plural() something other"),
        (texts_to_translate_are_literal, "ui.show", "plural(n=1, one='{n} row', many='{n} rows')", "gives plural() something other"),
    ],
)
def test_a_broken_rule_is_seen(rule, module, source, complaint):
    assert any(complaint in line for line in rule(module, ast.parse(source)))


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("pages.data", '"""What is loaded?"""\nimport streamlit as st\nfrom ui import reads\nROWS: int = 20\ndef show(): st.title("Data")'),
        ("churn.store", "import duckdb\nfrom churn.tables import TABLES\nfrom churn.intake import Intake"),
        ("churn.intake.grid", "from .results import Intake\nfrom churn.errors import IntakeError"),
        ("front.desk", "from pages import overview\nimport re\nre.compile('a')"),
        ("churn.money", "raise ModelError(_('{file} is no model, ' 'or cut short.').format(file=f'{file}.json')) from error"),
        ("churn.money", "raise StoreError(not_opened(folder))\nraise QuestionError(self.questions[0].text)\nraise ValueError('size')"),
        ("churn.money", "raise TrainingError(plural('{n} row in {file}', '{n} rows in {file}', rows).format(file=file))"),
        ("churn.wording", "_translations.ngettext(one, many, n)"),
    ],
)
def test_what_the_design_allows_passes_every_rule(module, source):
    assert [line for rule in RULES for line in rule(module, ast.parse(source))] == []


def loaded_by(code: str) -> set[str]:
    """The top-level modules that a fresh process holds after running `code`."""
    report = "import sys, json; print('\\n' + json.dumps(sorted({name.split('.')[0] for name in sys.modules})))"
    process = subprocess.run([sys.executable, "-c", f"{code}\n{report}"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert process.returncode == 0, process.stderr
    return set(json.loads(process.stdout.splitlines()[-1]))


COMMAND_LINE_HELP = """
import runpy, sys
sys.argv = ["churn", "--help"]
try:
    runpy.run_module("churn", run_name="__main__")
except SystemExit as end:
    assert not end.code
"""


@pytest.mark.parametrize("code", ["import churn", COMMAND_LINE_HELP], ids=["import churn", "python -m churn --help"])
def test_the_library_starts_without_the_slow_imports(code):
    assert loaded_by(code) & {"sklearn", "shap", "streamlit"} == set()


def test_a_slow_import_would_be_seen():
    assert "wave" in loaded_by("import wave")


def test_no_file_names_a_machine_or_a_package_host():
    found = [
        f"{path.relative_to(ROOT)}: {match[0]}"
        for path in sorted(project_files())
        if b"\0" not in (content := path.read_bytes())
        for match in FORBIDDEN_TEXT.finditer(content.decode("utf-8", "replace"))
    ]
    assert ROOT / "README.md" in project_files()
    assert found == []


@pytest.mark.parametrize("parts", [("see /wo", "rk/shared"), ("cd /ro", "ot/x"), ("/tm", "p/a.csv"), ("https://pypi", ".org/simple")])
def test_a_machine_or_a_package_host_would_be_seen(parts):
    assert FORBIDDEN_TEXT.search("".join(parts))


@pytest.mark.parametrize("text", ["url_path=/workshop", "pages/work/x", "tests/tmp/a", "the root of it"])
def test_the_words_of_the_project_are_no_machine_paths(text):
    assert not FORBIDDEN_TEXT.search(text)
