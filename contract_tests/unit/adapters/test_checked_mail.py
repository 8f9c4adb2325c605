"""The check takes the mail addresses that people have, outside ASCII too, and still refuses what is none."""

import pytest

from orders.factory import Json, address, order
from sendcloud_orders.checking import find_errors
from sendcloud_orders.errors import FieldError
from sendcloud_orders.forms import SchemaName

MAIL = ["jörg@example.de", "x@bücher.example", "пример@пример.example", "見本@example.jp", "x@xn--bcher-kva.example"]
NO_MAIL = ["jörg", "jörg@", "@bücher.example", "jörg@@example.de", "jörg m@example.de", ""]
PLACES = ["shipping_address", "billing_address"]
SCHEMAS: list[SchemaName] = ["OrderInput", "OrderUpdate"]


def addressed(schema: SchemaName, place: str, mail: str) -> Json:
    fields: Json = {place: address(email=mail)}
    return order(**fields) if schema == "OrderInput" else fields


@pytest.mark.rule("UPSERT-MAIL")
@pytest.mark.parametrize("schema", SCHEMAS)
@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("mail", MAIL)
def test_an_address_takes_any_mail_that_the_customer_may_have(schema: SchemaName, place: str, mail: str) -> None:
    body = addressed(schema, place, mail) | {"customer_details": {"name": "Jörg Beispiel", "email": mail}}
    assert find_errors(schema, body) == ()


@pytest.mark.rule("UPSERT-MAIL", "UPSERT-BOUNDS")
@pytest.mark.parametrize("schema", SCHEMAS)
@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("wrong", NO_MAIL)
def test_what_is_no_mail_address_is_refused_in_plain_words(schema: SchemaName, place: str, wrong: str) -> None:
    errors = find_errors(schema, addressed(schema, place, wrong))
    assert errors == (FieldError("Input should be a valid email address", (place, "email"), "invalid"),)
