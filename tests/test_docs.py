"""What the README, the Makefile and the pinned requirements say is so."""

import importlib.util
import os
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from importlib import import_module
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text("utf-8")
MAKEFILE = (ROOT / "Makefile").read_text("utf-8")
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))


def make(*arguments: str) -> str:
    """What make prints here, as if called from a terminal and not from within another make."""
    environment = {name: value for name, value in os.environ.items() if name not in ("MAKEFLAGS", "MFLAGS", "MAKELEVEL")}
    return subprocess.run(["make", *arguments], cwd=ROOT, env=environment, capture_output=True, text=True, check=True).stdout


def make_targets() -> set[str]:
    phony = re.search(r"^\.PHONY: (.+)$", MAKEFILE, re.MULTILINE)
    assert phony
    return set(phony[1].split())


def commands_of_the_readme() -> list[str]:
    """The `python -m churn ...` lines of the README's code blocks, continued lines joined, in their order."""
    blocks = re.findall(r"```sh\n(.*?)```", README, re.DOTALL)
    lines = [line.strip() for block in blocks for line in block.replace("\\\n", " ").splitlines()]
    return [line for line in lines if line.startswith("python -m churn ")]


def command_line() -> typer.Typer:
    found = [value for value in vars(import_module("churn.__main__")).values() if isinstance(value, typer.Typer)]
    assert len(found) == 1
    return found[0]


def pins(file: str) -> dict[str, str]:
    """Package -> exact version of a requirements file; every line has to be such a pair, with or without a marker."""
    lines = [line for line in (ROOT / file).read_text("utf-8").splitlines() if line.strip() and not line.strip().startswith("#")]
    pairs = [re.fullmatch(r"([a-z0-9][a-z0-9._-]*)==([^ ;]+)( ; .+)?", line) for line in lines]
    assert [line for line, pair in zip(lines, pairs, strict=True) if not pair] == []
    return {pair[1]: pair[2] for pair in pairs if pair}


def test_the_two_commands_of_the_readme_are_targets_of_the_makefile():
    assert {"run", "test"} <= make_targets()
    assert set(re.findall(r"\bmake ([a-z][a-z-]*)", README)) <= make_targets()
    assert re.search(r"^make run$", README, re.MULTILINE)
    assert re.search(r"^make test$", README, re.MULTILINE)


def test_make_alone_lists_every_target_with_a_sentence():
    listed = dict(re.findall(r"^  ([a-z-]+) +(\S.*)$", make(), re.MULTILINE))
    assert set(listed) == make_targets()


def test_every_command_that_the_readme_names_is_a_command():
    named = set(re.findall(r"python -m churn ([a-z]+)", README))
    assert {"check", "train", "evaluate", "score", "load"} <= named
    for name in sorted(named):
        result = CliRunner().invoke(command_line(), [name, "--help"])
        assert result.exit_code == 0, f"{name}: {result.output}"


def test_every_option_that_the_readme_names_is_an_option():
    for line in commands_of_the_readme():
        name, *rest = shlex.split(line, comments=True)[3:]
        known = CliRunner().invoke(command_line(), [name, "--help"], env={"COLUMNS": "400", "NO_COLOR": "1"}).output
        assert [option for option in rest if option.startswith("--") and option not in known] == [], line


@pytest.mark.long
@pytest.mark.timeout(1200)
def test_the_commands_of_the_readme_run_in_their_order(tmp_path):
    shutil.copytree(ROOT / "sample_data", tmp_path / "sample_data")
    for line in commands_of_the_readme():
        process = subprocess.run(
            [sys.executable, *shlex.split(line, comments=True)[1:]],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            check=False,
        )
        assert process.returncode == 0, f"{line}\n{process.stderr}"


def test_every_picture_and_file_that_the_readme_links_is_there():
    targets = [target for target in re.findall(r"\]\(([^)]+)\)", README) if "://" not in target and not target.startswith("#")]
    assert targets
    assert [target for target in targets if not (ROOT / target).exists()] == []


def test_every_package_is_pinned_to_the_version_that_the_short_list_asks_for():
    pinned = pins("requirements.txt")
    wanted = [requirement.lower().partition("==") for requirement in PYPROJECT["project"]["dependencies"]]
    assert {name: version or pinned[name] for name, _, version in wanted} == {name: pinned[name] for name, _, _ in wanted}


def test_the_packages_of_development_are_pinned_and_agree_with_those_that_run_the_desk():
    running, developing = pins("requirements.txt"), pins("requirements-dev.txt")
    assert {name: version for name, version in developing.items() if running.get(name, version) != version} == {}
    assert set(PYPROJECT["dependency-groups"]["dev"]) <= set(developing)


def test_the_data_dictionary_is_current():
    spec = importlib.util.spec_from_file_location("dictionary", ROOT / "tools" / "dictionary.py")
    assert spec
    assert spec.loader
    tool = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tool)
    assert (ROOT / "docs" / "tables.md").read_text("utf-8") == tool.dictionary(), "make docs"
