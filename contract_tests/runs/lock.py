"""Let runs in one checkout go on side by side, and change what is installed only while none of them uses it.

    python lock.py shared NAME[,NAME] COMMAND ...    run a command that uses what is installed under these names
    python lock.py alone NAME[,NAME] COMMAND ...     run one that changes it

The command takes the place of this process and keeps the locks, which so end with it, however it ends. `make` calls
this before there is anything else to import.
"""

import fcntl
import os
import sys

FOLDER = ".tox"
KINDS = {"shared": fcntl.LOCK_SH, "alone": fcntl.LOCK_EX}


def take(kind: str, name: str) -> None:
    """Take a lock that this process keeps when it becomes another program, and say so when it has to be waited for."""
    os.makedirs(FOLDER, exist_ok=True)
    file = os.open(os.path.join(FOLDER, f"{name}.lock"), os.O_RDWR | os.O_CREAT, 0o666)
    os.set_inheritable(file, True)
    try:
        fcntl.flock(file, KINDS[kind] | fcntl.LOCK_NB)
    except BlockingIOError:
        wants = "uses what it installs" if kind == "shared" else "installs what it uses"
        print(f"Another run is at work in this folder, and this one {wants}: waiting.", file=sys.stderr, flush=True)
        fcntl.flock(file, KINDS[kind])


if __name__ == "__main__":
    # Always in one order, so that no two runs wait for each other.
    for each in sorted(sys.argv[2].split(",")):
        take(sys.argv[1], each)
    os.execvp(sys.argv[3], sys.argv[3:])
