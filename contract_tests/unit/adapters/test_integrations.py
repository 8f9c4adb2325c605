"""Reading the integrations of an account."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from doubles.both_clients import Connect
from doubles.fake_service import FakeService, answer_with, error, unavailable
from sendcloud_orders import ContractError, InvalidRequest, NotFoundError, PermissionDeniedError


@pytest.mark.rule("INTEGRATION-LIST")
def test_all_integrations_come_with_what_no_model_names(connect: Connect) -> None:
    service = FakeService()
    service.integrations[0] |= {"id": "41", "colour": "green", "started_failing_at": None}
    teas, lamps = connect(service).integrations()
    assert (teas.id, teas.shop_name, teas.type_, teas.extra) == (41, "Invented Teas", "api", {"colour": "green"})
    assert lamps.id == 68


@pytest.mark.rule("INTEGRATION-GET")
@pytest.mark.parametrize("id", [68, "68"])
def test_one_integration_is_read_by_its_id(connect: Connect, id: Any) -> None:
    service = FakeService([unavailable])
    assert connect(service).integration(id).shop_name == "Invented Lamps"
    assert [sent.target for sent in service.sent] == ["/api/v3/integrations/68"] * 2


@pytest.mark.rule("INTEGRATION-MISSING")
def test_an_integration_that_there_is_not_is_told_with_what_to_do(connect: Connect) -> None:
    with pytest.raises(NotFoundError, match=r"search criteria given. integrations\(\) lists those"):
        connect(FakeService()).integration(999)


@pytest.mark.parametrize("id", [0, -1, "", "41a", "-1", 41.0, None, True, 2**63, "9" * 30, b"41", [41]])
def test_what_is_no_id_of_an_integration_is_refused(connect: Connect, id: Any) -> None:
    service = FakeService()
    with pytest.raises(InvalidRequest, match="id of an integration is a whole number"):
        connect(service).integration(id)
    assert service.sent == []


def test_an_answer_about_another_integration_is_a_breach_of_contract(connect: Connect) -> None:
    other = answer_with(lambda: httpx.Response(200, json={"data": {"id": 68, "shop_name": "Invented"}}))
    with pytest.raises(ContractError, match="about integration 68, and integration 41 was asked for"):
        connect(FakeService([other] * 20)).integration(41)


def test_a_refusal_for_want_of_a_scope_names_the_scope(connect: Connect) -> None:
    forbidden = answer_with(lambda: error(403, "You do not have permission to perform this action.", code="forbidden"))
    with pytest.raises(PermissionDeniedError, match="integrations need read:integration"):
        connect(FakeService([forbidden])).integrations()
