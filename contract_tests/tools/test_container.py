"""The image of the sandbox is what its files say, as far as that can be seen without an engine that builds it."""

import json
import re
import subprocess
import sys
from fnmatch import fnmatch
from pathlib import Path

import pytest
import yaml

from sendcloud_orders_sandbox import Sandbox
from sendcloud_orders_sandbox.__main__ import CREDENTIALS_VARIABLE, parser

FOLDER = Path(__file__).resolve().parents[1] / "sandbox"
ROOT = FOLDER.parents[1]
DOCKERFILE = re.sub(r"\\\n", " ", (FOLDER / "Dockerfile").read_text(encoding="utf-8"))
SERVICE = yaml.safe_load((FOLDER / "compose.yaml").read_text(encoding="utf-8"))["services"]["sandbox"]


def instructions(word: str) -> list[str]:
    """Return what stands behind each instruction of this name."""
    return re.findall(rf"^{word} +(.*)$", DOCKERFILE, re.MULTILINE)


def health_check(port: int) -> int:
    """Run the health check of the image about another port, and return its exit status."""
    (check,) = instructions("HEALTHCHECK")
    _, *arguments = json.loads(check.partition("CMD ")[2])
    assert "8080" in arguments[-1]
    arguments[-1] = arguments[-1].replace("8080", str(port))
    ran = subprocess.run([sys.executable, *arguments], capture_output=True, check=False, timeout=10)
    return ran.returncode


def test_a_sandbox_that_answers_is_healthy_and_one_that_is_gone_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    with Sandbox() as sandbox:
        port = int(re.findall(r":(\d+)/", sandbox.base_url)[0])
        assert health_check(port) == 0
    assert health_check(port) == 1


def test_the_image_and_compose_start_it_with_arguments_that_it_knows() -> None:
    (entry,) = map(json.loads, instructions("ENTRYPOINT"))
    assert entry[:3] == ["python", "-m", "sendcloud_orders_sandbox"]
    options = parser().parse_args([*entry[3:], *SERVICE["command"]])
    assert (options.host, options.port) == ("0.0.0.0", 8080)
    # The name by which other containers call it.
    assert options.host_name == ["sandbox"]


def test_one_port_is_served_exposed_and_published_to_this_machine_alone() -> None:
    assert instructions("EXPOSE") == ["8080"]
    assert SERVICE["ports"] == ["127.0.0.1:${SANDBOX_PORT:-8080}:8080"]


def test_its_credentials_come_from_the_environment_and_none_stand_in_the_image() -> None:
    assert SERVICE["environment"] == {CREDENTIALS_VARIABLE: f"${{{CREDENTIALS_VARIABLE}:-}}"}
    assert not re.search("credentials|secret|key", DOCKERFILE, re.IGNORECASE)


def test_no_root_runs_it_and_nothing_can_be_written() -> None:
    assert instructions("USER") == ["10001:10001"]
    assert SERVICE["read_only"] is True
    assert SERVICE["cap_drop"] == ["ALL"]


def test_both_stages_are_made_of_one_pinned_python() -> None:
    base, *stages = instructions("FROM")
    assert re.fullmatch(r"python:3\.\d+-slim@sha256:[0-9a-f]{64} AS python", base)
    assert stages == ["python AS build", "python"]


def test_what_is_copied_is_there_and_is_not_ignored_and_nothing_else_gets_in() -> None:
    copied = {name for line in instructions("COPY") if "--from" not in line for name in line.split()[:-1]}
    everything, *rules = (FOLDER / "Dockerfile.dockerignore").read_text(encoding="utf-8").splitlines()[1:]
    assert everything == "*"
    assert {rule[1:] for rule in rules if rule.startswith("!")} == copied
    assert [name for name in copied if not (ROOT / name).exists()] == []
    assert any(fnmatch("generated/a/__pycache__", rule) for rule in rules)
