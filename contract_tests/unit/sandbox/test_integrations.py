"""The sandbox shows the integrations of its account, and makes each legal choice that is left open."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from doubles.sandbox_client import Api
from sendcloud_orders_sandbox import Sandbox

Use = Callable[..., None]


@pytest.fixture
def three(sandbox: Sandbox, api: Api) -> Iterator[Api]:
    """An account of three integrations, one of which fails."""
    sandbox.add_integration(93)
    yield api
    sandbox.reset()


def listed(api: Api, **query: str) -> list[int]:
    return [row["id"] for row in api.get("/integrations", params=query).json()["data"]]


@pytest.mark.rule("INTEGRATION-LIST", "INTEGRATION-GET")
def test_each_integration_is_read_as_it_is_listed(three: Api) -> None:
    rows = three.get("/integrations").json()["data"]
    assert [row["id"] for row in rows] == [41, 68, 93]
    assert len({row["shop_name"] for row in rows}) == 3
    assert [three.get(f"/integrations/{row['id']}").json()["data"] for row in rows] == rows
    assert [row["id"] for row in rows if row["started_failing_at"]] == [68]


@pytest.mark.rule("INTEGRATION-SORT")
@pytest.mark.parametrize(
    ("key", "ids"),
    [
        ("integration_type", [41, 93, 68]),
        ("created_at", [68, 41, 93]),
        ("updated_at", [41, 93, 68]),
        ("last_fetch", [41, 93, 68]),
        ("failing_since", [41, 93, 68]),
    ],
)
def test_integrations_are_sorted(three: Api, key: str, ids: list[int]) -> None:
    assert listed(three, sort=key) == ids


@pytest.mark.rule("INTEGRATION-SORT-UNKNOWN")
def test_an_unknown_sort_is_ignored_or_refused(three: Api, use: Use) -> None:
    assert listed(three, sort="shoe_size") == [41, 68, 93]
    use(wrong_integration_sort="reject")
    refused = three.get("/integrations?sort=shoe_size")
    assert (refused.status_code, refused.json()["errors"][0]["source"]) == (400, {"parameter": "sort"})
    assert three.get("/integrations?sort=").status_code == 400


@pytest.mark.rule("INTEGRATION-LIST")
def test_integrations_may_come_in_another_sequence(three: Api, use: Use) -> None:
    use(row_order="reversed")
    assert listed(three) == [93, 68, 41]


@pytest.mark.rule("INTEGRATION-MISSING")
@pytest.mark.parametrize("path", ["93", "0", "x", "99999999999999999999"])
def test_an_integration_that_the_account_lacks_is_not_found_with_a_numeric_status(api: Api, path: str) -> None:
    missing = api.get(f"/integrations/{path}")
    assert missing.status_code == 404
    assert missing.json()["errors"] == [
        {
            "status": 404,
            "code": "not_found",
            "title": "Not Found",
            "detail": "The Integration could not be found with the search criteria given",
        }
    ]


@pytest.mark.rule("INTEGRATION-GET")
def test_a_path_that_is_no_number_can_be_a_400(api: Api, use: Use) -> None:
    use(wrong_path_id="invalid")
    assert (api.get("/integrations/x").status_code, api.get("/integrations/93").status_code) == (400, 404)


@pytest.mark.rule("READ-TIME", "READ-TOLERANT")
def test_integrations_come_in_the_forms_of_the_policies(api: Api, use: Use) -> None:
    use(timestamps="zulu", extra_fields=True)
    read = api.get("/integrations/41").json()
    assert read["data"]["created_at"] == "2026-01-05T09:00:00.000Z"
    assert "sandbox_extra" in read
    assert "sandbox_extra" in read["data"]
