"""What all tests share: the sample firm's desk, servers on it, the browser, and Hypothesis without deadlines."""

import contextlib
import fcntl
import hashlib
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from playwright.sync_api import Browser, Page, sync_playwright

from churn import terminal
from churn.store.spark import spark_session
from tests.browser import Served, Visitor, serving
from tests.spark_cluster import NotThereError, cluster, java_home

ROOT = Path(__file__).resolve().parent.parent
SERVED = {"chromium", "served", "desk_url", "own_desk", "own_desk_url"}

# The time of one example says more about the machine than about the code; pytest-timeout ends what hangs.
settings.register_profile("desk", deadline=None)
settings.load_profile("desk")


@pytest.fixture(autouse=True, scope="session")
def _no_words_of_patience() -> Iterator[None]:
    """What a slow machine would tell of its progress stays out of what tests compare."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(terminal, "PATIENCE_SECONDS", 600.0)
        yield


@pytest.fixture
def record_property(record_property: Callable[[str, object], None]) -> Callable[[str, object], None]:
    """Notes what a test measured, as text: the processes that run tests pass only plain types to each other."""
    return lambda name, value: record_property(name, str(value))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Marks the tests that open a browser, and gives time to those that may be the first to want the sample firm's desk."""
    for item in items:
        fixtures = set(getattr(item, "fixturenames", ()))
        if "chromium" in fixtures:
            item.add_marker("browser")
        if fixtures & (SERVED | {"sample_desk", "spark_master"}):
            item.add_marker(pytest.mark.timeout(900))


@pytest.fixture(scope="session")
def chromium_path() -> str:
    """The path of a Chromium that starts: CHROMIUM in the environment, else one that is installed."""
    search = subprocess.run(["sh", ROOT / "tools/browser.sh", "find", sys.executable], capture_output=True, text=True, check=False)
    if search.returncode:
        pytest.fail(search.stderr.strip(), pytrace=False)
    return search.stdout.strip()


@pytest.fixture(scope="session")
def sample_desk(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A desk with the sample firm loaded and scored, to be copied and never opened. Training takes a minute, so a copy is kept between
    runs for as long as the data and the library stay the same."""
    made_of = (
        "sample_data/*.csv",
        "churn/intake/**/*.py",
        "churn/risk/*.py",
        "churn/store/*.py",
        "churn/stored.py",
        "churn/prepared.py",
        "churn/features/*.py",
        "churn/signs/*.py",
        "churn/measures/*.py",
        "churn/*histories.py",
        "churn/loads.py",
        "churn/putting.py",
        "churn/load_command.py",
        "churn/opening.py",
        "churn/tables/*.py",
        "requirements.txt",
    )
    parts = sorted(part for pattern in made_of for part in ROOT.glob(pattern))
    state = hashlib.sha256(b"".join(hashlib.sha256(part.read_bytes()).digest() for part in parts)).hexdigest()[:16]
    assert request.config.cache is not None
    shelf = request.config.cache.mkdir("sample_desk")
    desk = tmp_path_factory.mktemp("sample") / "desk"
    with one_at_a_time(shelf.with_suffix(".lock")):
        if not (shelf / state).exists():
            command = [sys.executable, "-m", "churn", "load", "sample_data", "--desk", desk]
            loaded = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
            assert loaded.returncode == 0, loaded.stderr
            shelve(desk, shelf, state)
            return desk
        return Path(shutil.copytree(shelf / state, desk))


@contextlib.contextmanager
def one_at_a_time(file: Path) -> Iterator[None]:
    """Keeps the other processes that run tests waiting: what one of them makes the others then find."""
    with file.open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield


def shelve(desk: Path, shelf: Path, state: str) -> None:
    """Keeps a copy of a desk for the next run, whole or not at all, since another run may be under way; and the last two before it."""
    with tempfile.TemporaryDirectory(dir=shelf, prefix="unfinished") as passing, contextlib.suppress(OSError):
        Path(shutil.copytree(desk, Path(passing) / state)).rename(shelf / state)
    kept = sorted((path for path in shelf.iterdir() if not path.name.startswith("unfinished")), key=lambda path: path.stat().st_mtime)
    for old in kept[:-3]:
        shutil.rmtree(old, ignore_errors=True)


@pytest.fixture(scope="session")
def chromium(chromium_path: str) -> Iterator[Browser]:
    """The browser, started once."""
    quiet = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path, args=quiet)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def served(sample_desk: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """One server on the sample firm for all tests that only look."""
    folder = tmp_path_factory.mktemp("served")
    shutil.copytree(sample_desk, folder / "desk")
    with serving(folder / "desk", folder / "log") as under_way:
        yield under_way


@pytest.fixture(scope="session")
def desk_url(served: Served) -> str:
    """The address of the server that all share."""
    return served.url


@pytest.fixture
def own_desk(sample_desk: Path, tmp_path: Path) -> Iterator[Served]:
    """A server of its own on a copy of the sample firm's desk, for a test that writes."""
    shutil.copytree(sample_desk, tmp_path / "own" / "desk")
    with serving(tmp_path / "own" / "desk", tmp_path / "own" / "log") as under_way:
        yield under_way


@pytest.fixture
def own_desk_url(own_desk: Served) -> str:
    """The address of the test's own server."""
    return own_desk.url


@pytest.fixture
def page_at(chromium: Browser, request: pytest.FixtureRequest) -> Iterator[Callable[..., Page]]:
    """Opens a page of the desk in a window of its own: page_at("reasons", width=390, scheme="dark"), or at=own_desk_url for another server
    than the shared one. Nothing may go wrong in any window."""
    visitors: list[Visitor] = []

    def open_page(path: str, *, width: int = 1280, scheme: str = "light", at: str | None = None) -> Page:
        visitor = Visitor(chromium, width=width, scheme=scheme)
        visitors.append(visitor)
        return visitor.open(f"{at or request.getfixturevalue('desk_url')}/{path}")

    with contextlib.ExitStack() as windows:
        for_all: list[str] = []
        windows.callback(lambda: [for_all.extend(visitor.leave()) for visitor in visitors])
        yield open_page
    assert for_all == []


@pytest.fixture(scope="session")
def spark_master(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a real Spark cluster of one master and two workers, started for the first test that wants it."""
    try:
        with cluster(tmp_path_factory.mktemp("cluster")) as started:
            yield started.url
    except NotThereError as error:
        pytest.fail(str(error), pytrace=False)


@pytest.fixture(scope="session")
def spark(spark_master: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A session on that cluster for all tests."""
    at_home = {"JAVA_HOME": java_home(), "SPARK_LOCAL_IP": "127.0.0.1", "SPARK_LOCAL_DIRS": str(tmp_path_factory.mktemp("driver"))}
    # The tables are small: to make a plan and to compile it would take longer than to run it.
    few = {"sql__shuffle__partitions": "2", "sql__adaptive__enabled": "false", "sql__warehouse__dir": at_home["SPARK_LOCAL_DIRS"]}
    few |= {"sql__codegen__wholeStage": "false", "sql__codegen__factoryMode": "NO_CODEGEN", "driver__host": "127.0.0.1"}
    with pytest.MonkeyPatch.context() as environment:
        for name, value in at_home.items():
            environment.setenv(name, value)
        session = spark_session(spark_master, driver__memory="1500m", executor__memory="1g", **few)
        yield session
        session.stop()
