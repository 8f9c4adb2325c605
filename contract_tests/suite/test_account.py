"""Rules of the two operations that read the account's integrations."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from suite.answer import Body, details
from suite.labels import NOBODYS_INTEGRATION
from suite.target import Target

SORTED_BY = {
    "integration_type": "type",
    "created_at": "created_at",
    "updated_at": "updated_at",
    "last_fetch": "last_fetched_at",
    "failing_since": "started_failing_at",
}


def integrations(target: Target, **params: str) -> list[Body]:
    answer = target.send("GET", "/integrations", params=list(params.items()))
    assert answer.status == 200
    rows: list[Body] = answer.json["data"]
    return rows


@pytest.mark.rule("INTEGRATION-LIST")
def test_the_accounts_integrations_are_listed_at_once_and_each_once(target: Target) -> None:
    ids = [int(row["id"]) for row in integrations(target)]
    assert set(target.integrations) <= set(ids)
    assert len(set(ids)) == len(ids)


@pytest.mark.rule("INTEGRATION-GET")
def test_an_integration_is_read_as_it_is_listed(target: Target) -> None:
    listed = {int(row["id"]): row for row in integrations(target)}
    for id_ in target.integrations if target.stateful else target.integrations[:1]:
        answer = target.send("GET", f"/integrations/{id_}")
        assert answer.status == 200
        read = answer.json["data"]
        assert int(read["id"]) == id_
        for name in ("shop_name", "shop_url", "type", "created_at"):
            assert read.get(name) == listed[id_].get(name)


@pytest.mark.stateful
@pytest.mark.rule("INTEGRATION-SORT")
@pytest.mark.parametrize("key", SORTED_BY)
def test_integrations_are_sorted_by_what_is_asked_for(target: Target, key: str) -> None:
    rows = integrations(target, sort=key)
    assert {int(row["id"]) for row in rows} == {int(row["id"]) for row in integrations(target)}
    read: Callable[[str], Any] = str.casefold if key == "integration_type" else datetime.fromisoformat
    values = [read(row[SORTED_BY[key]]) for row in rows if row.get(SORTED_BY[key])]
    # Nothing says which end comes first.
    assert values in (sorted(values), sorted(values, reverse=True))


@pytest.mark.stateful
@pytest.mark.rule("INTEGRATION-MISSING")
def test_an_integration_that_is_not_the_accounts_is_not_found(target: Target) -> None:
    answer = target.send("GET", f"/integrations/{NOBODYS_INTEGRATION}")
    assert answer.status == 404
    assert "The Integration could not be found with the search criteria given" in details(answer)
