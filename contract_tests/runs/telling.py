"""Say that a command goes on which prints nothing for long: `python telling.py WHAT COMMAND ...`.

`make` calls this before there is anything else to import.
"""

import subprocess
import sys
import time

# In seconds. A reader of a terminal that stands still for ten begins to wonder.
QUIET = 5


def run(what: str, command: list[str]) -> int:
    """Run a command to its end, and give its exit status."""
    began = time.monotonic()
    process = subprocess.Popen(command)
    while True:
        try:
            return process.wait(QUIET)
        except subprocess.TimeoutExpired:
            print(f"  ... {what}, {time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)
        except KeyboardInterrupt:
            # The command was interrupted as well, and may have something to clean up.
            process.wait()
            return 130


if __name__ == "__main__":
    sys.exit(run(sys.argv[1], sys.argv[2:]))
