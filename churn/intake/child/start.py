"""The script that a child process runs: it starts the reader without what the packages above it import."""

import sys
import types
from pathlib import Path


def start() -> None:
    """Runs the reader; the packages above it are there by name only, since they would bring pandas."""
    folder = Path(__file__).resolve().parent
    for name in ("churn.intake.child", "churn.intake", "churn"):
        package = types.ModuleType(name)
        package.__path__ = [str(folder)]
        sys.modules[name] = package
        folder = folder.parent
    from churn.intake.child.reader import main

    main()


if __name__ == "__main__":
    start()
