"""Write down what an install of the wheel brings: `python sbom.py dist/the.whl` writes reports/sbom.cdx.json.

CycloneDX's program describes an environment of Python, so one is made that holds the wheel, what it asks for at the
versions of requirements.lock, and no pip.
"""

import hashlib
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SBOM = ROOT / "reports" / "sbom.cdx.json"


def main(wheel: Path) -> None:
    """Describe what the wheel brings. Raises `CalledProcessError` when it cannot be installed or described."""
    SBOM.parent.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        venv.create(folder, with_pip=False)
        python = Path(folder) / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
        _run("pip", "--python", python, "install", "--quiet", "--constraint", ROOT / "requirements.lock", hashed(wheel))
        _run(
            *("cyclonedx_py", "environment", python, "--pyproject", ROOT / "pyproject.toml", "--mc-type", "library"),
            *("--output-reproducible", "--validate", "--output-format", "JSON", "--output-file", SBOM),
        )


def hashed(wheel: Path) -> str:
    """Name a wheel with its hash, which pip wants of every package when the lock has hashes."""
    digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
    return f"sendcloud-orders @ {wheel.resolve().as_uri()}#sha256={digest}"


def _run(module: str, *arguments: Path | str) -> None:
    subprocess.run([sys.executable, "-m", module, *map(str, arguments)], check=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
