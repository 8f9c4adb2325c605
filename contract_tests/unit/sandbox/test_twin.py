"""A file of policies, such as a probe of a service writes, makes the sandbox that service's twin."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from doubles.sandbox_client import Api
from orders.factory import order
from sendcloud_orders_sandbox import Policies, Sandbox
from sendcloud_orders_sandbox.__main__ import main
from sendcloud_orders_sandbox.policies import UnknownPolicyError, known_policies

PROBED = """
[service]
asked = 2026-11-28

[policies]
# not seen: save_lag
success_status = 202
ids = "number"
save_lag = 2
"""


def written(folder: Path, text: str = PROBED) -> Path:
    path = folder / "probe.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_table_of_a_file_is_read_and_what_it_does_not_name_keeps_its_default(tmp_path: Path) -> None:
    assert Policies.from_toml(written(tmp_path)) == Policies(success_status=202, ids="number", save_lag=2.0)
    assert Policies.from_toml(str(written(tmp_path, "[policies]"))) == Policies()


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ('[policies]\nids = "roman"', r"policy ids takes string\|number: Invalid enum value 'roman'"),
        ("[policies]\nsuccess_status = 418", r"policy success_status takes 201\|200\|202"),
        ("[policies]\nsave_lag = -1", "policy save_lag takes .*>= 0"),
        ("[policies]\norder_id_length = 63", "policy order_id_length takes .*>= 64"),
        ('[policies]\nlink_base = "two words"', "policy link_base takes"),
        ('[policies]\nsave_lag = "3"', "policy save_lag takes .*got `str`"),
        ('[policies]\nextra_fields = "true"', "policy extra_fields takes .*got `str`"),
        ("[policies]\nsuccess_status = true", "policy success_status takes .*got `bool`"),
        ("[policies]\nids = []", "policy ids takes .*got `array`"),
        ("[policies]\ncolour = 1", "there is no policy 'colour'; the policies are: .*partner_ids=any|none"),
        ('ids = "number"', r"no table \[policies\]"),
        ("policies = 3", r"no table \[policies\]"),
        ("[policies", "is not TOML"),
        ("[policies]\nids = 1\nids = 2", "is not TOML"),
        ("[policies]\nids = \udcff", "is not TOML"),
    ],
)
def test_a_file_that_says_no_policies_is_refused_in_one_line_that_names_it(
    tmp_path: Path, text: str, complaint: str
) -> None:
    path = tmp_path / "probe.toml"
    path.write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(UnknownPolicyError, match=complaint) as caught:
        Policies.from_toml(path)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("name", ["gone.toml", "."])
def test_a_file_that_cannot_be_read_is_refused_by_its_name(tmp_path: Path, name: str) -> None:
    with pytest.raises(UnknownPolicyError, match=r"cannot read the policies in .*: (No such file|Is a directory)"):
        Policies.from_toml(tmp_path / name)


@pytest.mark.parametrize(
    "policies",
    [
        Policies(),
        Policies(save_lag=1e-7, throttle_every=25, success_status=200, extra_fields=True, trailing_slash="redirect"),
        Policies(link_base='https://x.example/"a"\\b/', save_lag=1e6),
    ],
)
def test_policies_that_are_written_are_read_back(tmp_path: Path, policies: Policies) -> None:
    assert Policies.from_toml(written(tmp_path, policies.to_toml())) == policies
    assert all(f"\n{name} = " in policies.to_toml() for name in msgspec.structs.asdict(policies))


def test_a_sandbox_takes_the_path_of_a_file(tmp_path: Path) -> None:
    for path in (written(tmp_path), str(written(tmp_path))):
        with Sandbox(policies=path) as sandbox, Api(sandbox) as api:
            assert api.upsert(order()).status_code == 202


def started(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> Policies:
    """Return the policies of the sandbox that the command line would serve."""
    served: list[Policies] = []

    def serve(sandbox: Sandbox) -> None:
        with sandbox:
            served.append(sandbox.policies)

    monkeypatch.setattr("sendcloud_orders_sandbox.__main__.serve", serve)
    assert main(list(arguments)) == 0
    return served[0]


def test_the_command_takes_a_file_of_policies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert started(monkeypatch, "--policies", str(written(tmp_path))) == Policies.from_toml(written(tmp_path))


@pytest.mark.parametrize("file_first", [True, False])
def test_single_policies_of_the_command_come_before_those_of_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, file_first: bool
) -> None:
    file = ["--policies", str(written(tmp_path))]
    single = ["--policy", "ids=string", "--policy", "key_case=any"]
    policies = started(monkeypatch, *(file + single if file_first else single + file))
    assert policies == Policies(success_status=202, save_lag=2.0, ids="string", key_case="any")


def test_a_bad_file_ends_the_command_with_one_line_that_names_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = written(tmp_path, '[policies]\nids = "roman"')
    assert main(["--policies", str(path)]) == 2
    output, errors = capsys.readouterr()
    assert (output, errors.count("\n")) == ("", 1)
    assert errors.startswith(f"sandbox: {path}: policy ids takes string|number")


def test_the_help_lists_each_policy_with_its_values(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--help"])
    shown = "".join(capsys.readouterr().out.split())
    assert "".join(known_policies().split()) in shown
    assert "trailing_slash=serve|redirect|missing" in shown
