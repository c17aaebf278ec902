"""What all tests share: the browser, and Hypothesis without deadlines."""

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import settings

ROOT = Path(__file__).resolve().parent.parent

# The time of one example says more about the machine than about the code; pytest-timeout ends what hangs.
settings.register_profile("desk", deadline=None)
settings.load_profile("desk")


@pytest.fixture(scope="session")
def chromium_path() -> str:
    """The path of a Chromium that starts: CHROMIUM in the environment, else one that is installed."""
    search = subprocess.run(["sh", ROOT / "tools/browser.sh", "find", sys.executable], capture_output=True, text=True, check=False)
    if search.returncode:
        pytest.fail(search.stderr.strip(), pytrace=False)
    return search.stdout.strip()
