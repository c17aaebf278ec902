"""What workers need of this program to score, as one archive: some modules, and of their packages the names alone."""

import zipfile
from pathlib import Path

import churn

MODULES = (
    "errors",
    "intake/parsing/cells",
    "intake/parsing/flags",
    "intake/parsing/words",
    "risk/bins",
    "risk/calibration",
    "risk/forest",
    "risk/known",
    "risk/lookup",
    "risk/points",
    "risk/scorecard",
    "tables/__init__",
    "tables/headers",
    "tables/labels",
    "wording",
)
PACKAGES = ("", "intake/", "intake/parsing/", "risk/")


def parcel(file: Path) -> Path:
    """Writes the archive; gives its path. Workers need numpy, pandas, pyarrow and Babel besides."""
    root = Path(churn.__file__).parent
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for package in PACKAGES:
            archive.writestr(f"churn/{package}__init__.py", "")
        for module in MODULES:
            archive.write(root / f"{module}.py", f"churn/{module}.py")
    return file
