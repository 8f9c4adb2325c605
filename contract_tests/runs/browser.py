"""Find a Chromium on this machine; `python browser.py COMMAND ...` installs one beside a command, where nobody minds.

Nobody minds in a CI (`CI=true`) that runs as root on Debian. Anywhere else nothing is installed: what needs a browser
is left out, and says so. `make` calls this before there is anything else to import.
"""

import os
import shutil
import subprocess
import sys

NAMES = ("chromium", "chromium-browser", "google-chrome")
MISSING = f"no Chromium to look at the pages with: install one ({', '.join(NAMES)}), or name it in CHROMIUM"
QUIETLY = ("-qq", "-o", "Dpkg::Use-Pty=0")
STEPS = (("update",), ("install", "--yes", "--no-install-recommends", "chromium"))


class BrowserError(RuntimeError):
    """The browser, or what drives it, could not be used; the text says what to do."""


def chromium() -> str | None:
    """Return the path of a Chromium: CHROMIUM, or the first on the PATH; None where there is none.

    Raises `BrowserError` when CHROMIUM names no program.
    """
    named = os.environ.get("CHROMIUM")
    if named:
        found = shutil.which(named)
        if found is None:
            raise BrowserError(f"CHROMIUM must name a program, not {named!r}: correct it, or take it out")
        return found
    return next(filter(None, map(shutil.which, NAMES)), None)


def install() -> None:
    """Install a Chromium if there is none and nobody minds; say so where that fails."""
    nobody_minds = os.environ.get("CI") == "true" and os.geteuid() == 0 and shutil.which("apt-get")
    if not nobody_minds or os.environ.get("CHROMIUM") or chromium():
        return
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for step in STEPS:
        done = subprocess.run(
            ["apt-get", *QUIETLY, *step], env=environment, capture_output=True, text=True, check=False
        )
        if done.returncode:
            why = (done.stderr.strip() or "no reason given").splitlines()[-1]
            print(f"apt-get could not install chromium, so no page is looked at: {why}", file=sys.stderr)
            return


def run(command: list[str]) -> int:
    """Run a command to its end, install a browser meanwhile, and give the exit status of the command."""
    process = subprocess.Popen(command)
    install()
    return process.wait()


if __name__ == "__main__":
    sys.exit(run(sys.argv[1:]))
