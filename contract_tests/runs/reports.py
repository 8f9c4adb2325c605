"""Give each run a folder for its reports, so that two at a time do not write over each other's.

The names in `reports/` itself are links to what the last run to end wrote under them.
"""

import os
import shutil
import time
from datetime import datetime
from pathlib import Path

REPORTS = Path(__file__).resolve().parents[2] / "reports"
# No run takes as long.
KEPT_SECONDS = 24 * 60 * 60.0


def new_folder(reports: Path = REPORTS) -> Path:
    """Make the folder of a run that begins now, by its whole path; the newest one sorts last.

    Those of runs that ended a day ago, and that no name in `reports` stands for any more, are removed.
    """
    reports = reports.resolve()
    reports.mkdir(parents=True, exist_ok=True)
    in_use = {path.resolve().parent for path in reports.iterdir() if path.is_symlink()}
    for folder in reports.glob("run-*"):
        if folder.resolve() not in in_use and time.time() - folder.stat().st_mtime > KEPT_SECONDS:
            shutil.rmtree(folder, ignore_errors=True)
    folder = reports / f"run-{datetime.now():%Y%m%d-%H%M%S.%f}-{os.getpid()}"
    folder.mkdir()
    return folder


def publish(folder: Path) -> None:
    """Let the names in `reports/` stand for the reports of this run, each from one moment to the next."""
    for report in folder.iterdir():
        place = folder.parent / report.name
        if place.is_dir() and not place.is_symlink():
            shutil.rmtree(place, ignore_errors=True)
        link = folder.with_name(f".{folder.name}-{report.name}")
        link.symlink_to(report.relative_to(folder.parent))
        os.replace(link, place)
