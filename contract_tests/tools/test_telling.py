"""What is set up in silence is told of, so that nobody takes it for hung."""

import subprocess
import sys
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[1] / "runs"
# At work until its input ends.
SILENT = [sys.executable, "-c", "import sys; sys.stdin.read(); sys.exit(3)"]
RUN = f"""
import sys
import telling

telling.QUIET = 0.05
sys.exit(telling.run("installing", {SILENT!r}))
"""


def test_a_silent_command_is_told_of_until_it_ends_and_its_status_is_kept() -> None:
    command = [sys.executable, "-c", RUN]
    with subprocess.Popen(command, cwd=FOLDER, stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as run:
        assert run.stderr is not None
        told = [run.stderr.readline() for _ in range(3)]
        run.communicate(timeout=60)
    assert run.returncode == 3
    assert {line.partition(",")[0] for line in told} == {"  ... installing"}


def test_a_command_that_ends_at_once_is_not_told_of() -> None:
    done = subprocess.run(
        [sys.executable, FOLDER / "telling.py", "installing", sys.executable, "-c", ""],
        capture_output=True,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
