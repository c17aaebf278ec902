"""A desk served as its users run it, and looked at in a real browser."""

import contextlib
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Page, TimeoutError, expect

ROOT = Path(__file__).resolve().parent.parent
PATIENCE = 120  # seconds; a slow machine that others use too
FINISHED = '[data-testid="stApp"][data-test-connection-state="CONNECTED"][data-test-script-state="notRunning"]'
HARMLESS = ("Failed to load resource: the server responded with a status of 404",)  # Streamlit looks for itself under the page's address

expect.set_options(timeout=PATIENCE * 1000)


@dataclass(frozen=True)
class Served:
    """A server under way: its address, the folder of its desk, its process."""

    url: str
    desk: Path
    process: subprocess.Popen[bytes]

    def writes(self) -> int:
        """How often the desk was written so far."""
        return int((self.desk / "desk.writes").read_text())

    def stop(self) -> None:
        """Ends the server, so that its desk can be opened."""
        self.process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(20)
        self.process.kill()


@contextlib.contextmanager
def serving(desk: Path, log: Path) -> Iterator[Served]:
    """A fresh process that serves the desk in a folder on a free port of this machine, from when it is well until the end of the block."""
    port = free_port()
    command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(port), "--server.fileWatcherType", "none"]
    environment = os.environ | {"RETENTION_DESK": str(desk), "PYTHONPATH": str(ROOT)}
    with log.open("wb") as output, subprocess.Popen(command, cwd=ROOT, env=environment, stdout=output, stderr=subprocess.STDOUT) as process:
        served = Served(f"http://127.0.0.1:{port}", desk, process)
        try:
            wait_until_well(served.url, process, log)
            yield served
        finally:
            served.stop()


def free_port() -> int:
    """A port of this machine that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until_well(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    """Returns once the server answers; fails with its log where it ends or does not answer."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end and process.poll() is None:
        with contextlib.suppress(urllib.error.URLError, OSError), urllib.request.urlopen(f"{url}/_stcore/health", timeout=5) as answer:
            if answer.read() == b"ok":
                return
        time.sleep(0.1)
    raise AssertionError(f"The server did not start:\n{log.read_text(errors='replace')}")


class Visitor:
    """Somebody with a browser window of their own, who notes what goes wrong in it."""

    def __init__(self, browser: Browser, *, width: int = 1280, scheme: str = "light") -> None:
        size = {"width": width, "height": 1000}
        self.context = browser.new_context(viewport=size, color_scheme=scheme, accept_downloads=True)  # type: ignore[arg-type]
        self.context.set_default_timeout(PATIENCE * 1000)
        self.page = self.context.new_page()
        self.errors: list[str] = []
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("console", lambda message: self.errors.append(message.text) if message.type == "error" else None)

    def open(self, address: str) -> Page:
        """The page at an address, once it stands there whole."""
        self.page.goto(address)
        finished(self.page)
        return self.page

    def leave(self) -> list[str]:
        """Closes the window; gives what went wrong in it."""
        self.context.close()
        return [error for error in self.errors if not error.startswith(HARMLESS)]


def finished(page: Page) -> None:
    """Waits until Streamlit has drawn a heading or a message, and the run is over."""
    expect(page.locator("h1, [role=dialog], [data-testid=stAlert], [data-testid=stException]").first).to_be_visible()
    page.wait_for_selector(FINISHED)
    expect(page.locator("[data-stale=true]")).to_have_count(0)
    expect(page.get_by_test_id("stException")).to_have_count(0)


def forget(page: Page) -> None:
    """Forgets the file that was dropped in; the place for one is a new one after that, so that what is dropped before is lost."""
    button = page.get_by_role("button", name="Forget this file")
    button.click()
    expect(button).to_have_count(0)
    finished(page)


def choose(page: Page, box: str, option: str) -> None:
    """Chooses an option of a box, which a page that is drawn anew just then may close."""
    wanted, end = page.get_by_role("option", name=option), time.monotonic() + PATIENCE
    while True:
        page.get_by_role("combobox", name=box).click()
        try:
            return wanted.click(timeout=5000)
        except TimeoutError:
            if time.monotonic() > end:
                raise
