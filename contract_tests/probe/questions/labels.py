"""What can be asked about labels and integrations without a label, which costs money."""

from __future__ import annotations

from probe.lab import Lab, rows_of
from probe.question import Answer, Neither, Seen, question
from probe.refusals import errors_of, refuses, unexpected
from suite.answer import data_of
from suite.labels import SEVERAL


@question("label_order_missing", "LABELS-MISSING", writes=1, orders=0)
def what_orders_that_are_not_there_come_to(lab: Lab) -> Answer:
    """Does an order that is not there refuse the other labels too, or is it an error inside of the 202?"""
    nobodys = [{"order_id": lab.target.nobodys()} for _ in range(2)]
    answer = lab.send("POST", SEVERAL, body={"integration_id": lab.target.integration, "orders": nobodys})
    if refuses(answer, status=404):
        return Seen("refuse")
    statuses = {str(error.get("status")) for error in errors_of(answer)}
    is_inner = answer.status == 202 and statuses == {"404"} and not data_of(answer)
    return Seen("inner") if is_inner else unexpected(answer)


@question("wrong_integration_sort", "INTEGRATION-SORT-UNKNOWN", reads=2)
def what_an_unknown_sort_of_integrations_comes_to(lab: Lab) -> Answer:
    """Is an unknown `sort` of the integrations ignored or refused?"""
    answer = lab.send("GET", "/integrations", params={"sort": "shoe_size"})
    if refuses(answer):
        return Seen("reject")
    if answer.status != 200:
        return unexpected(answer)
    sorted_so, plain = ([row.get("id") for row in rows_of(one)] for one in (answer, lab.send("GET", "/integrations")))
    return Seen("ignore") if sorted_so == plain else Neither("an unknown sort changed the list")
