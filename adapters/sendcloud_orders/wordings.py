"""What the service is known to say: its messages as templates, its error codes, and what may fill a slot.

An answer may quote anything that was sent, in any spelling: whole, cut, escaped, encoded. No search for what was sent
finds all of these, so nothing is searched for. A message is shown if it has one of the wordings below, and a slot of it
if the value is of a harmless kind: a number of up to nine digits, a word of the spec, a type. Everything else is
blanked. The price is that a message with a wording of which this list knows nothing is blanked too, until a line is
added here; status, place and a known code are told all the same, and `error.raw` gives the words to those who ask.

A code is treated alike. One that merely looks like a code could be a customer's word as well, and no program can have
been written for a code that nobody has seen.

To teach the package a wording, add a line. `{number}`, `{type}` and the like are the slots of `_SAFE`, `{s}` the
ending of a plural; `{text}` stands for anything and is always blanked.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cached_property
from http import HTTPStatus

from .vocabulary import vocabulary

BLANK = "[...]"
"""What stands in place of words that are not known to be the service's."""

LONGEST_WORDING = 500
"""Characters of a message that are looked at: no wording is as long, so a longer message is not a known one."""

# Wordings of the reference and of the live service, as spec/openapi.yaml and spec/LEDGER.md give them.
_DOCUMENTED = """
Wrong request format, expected list of objects
Orders list should have at most {number} item{s}, not {number}
Orders list should have at least {number} item{s}, not {number}
Integration with id {number} does not exist
Order with id {number} does not exist
Order id {number} cannot be changed
Integration of an order cannot be changed
Order id occurs more than once for this integration
We are still processing a previous request. Please try again in a moment.
Select a valid choice. {number} is not one of the available choices.
Invalid cursor
Invalid Choice
Invalid order
Invalid
Wrong format
No credentials
Not found
The order could not be found with the search criteria given
The Integration could not be found with the search criteria given
The page you have requested could not be found.
Could not find specified item.
Does not exist.
The order has no valid shipping address.
The price of an item is negative.
Currency {currency} is not allowed for this carrier. Please choose one of {currency}.
Invalid username/password.
Authentication credentials were not provided.
You do not have permission to perform this action.
Partner id is not valid
A GET request must not have a body.
Input is not valid
"""

# Pydantic's wordings: the service validates with it.
_VALIDATION = """
Field required
Extra inputs are not permitted
Input should be {choices}
Input should be a valid {type}
Input should be a valid {type}, {reason}
Input should be a valid {type} or {type}, {reason}
Input should be a valid dictionary or object to extract fields from
Input should be a valid dictionary or instance of {text}
Input should be a valid date in the format YYYY-MM-DD, {reason}
Input should be in a valid time format, {reason}
Input should be None
Input should be a finite number
Input should be greater than {number}
Input should be greater than or equal to {number}
Input should be less than {number}
Input should be less than or equal to {number}
Input should be a multiple of {number}
Input should have timezone info
Input should not have timezone info
Input should be in the past
Input should be in the future
Date should be in the past
Date should be in the future
Datetimes provided to dates should have zero time - e.g. be exact dates
String should have at least {number} character{s}
String should have at most {number} character{s}
String should match pattern '{pattern}'
String should contain only ASCII characters
List should have at least {number} item{s}
List should have at most {number} item{s}
List should have at least {number} item{s} after validation, not {number}
List should have at most {number} item{s} after validation, not {number}
Dictionary should have at least {number} item{s} after validation, not {number}
Dictionary should have at most {number} item{s} after validation, not {number}
Unable to parse input string as an integer, exceeded maximum size
Decimal input should be an integer, float, string or Decimal object
Decimal input should have no more than {number} digit{s} in total
Decimal input should have no more than {number} decimal place{s}
Decimal input should have no more than {number} digit{s} before the decimal point
URL input should be a string or URL
URL should have at most {number} character{s}
UUID input should be a string, bytes or UUID object
Keys should be strings
Invalid JSON: {text}
Value error, {text}
Assertion failed, {text}
value is not a valid email address
value is not a valid email address: {text}
"""

# Wordings of Django and its REST framework, which answer before the service's own code does.
_FRAMEWORK = """
Incorrect authentication credentials.
Invalid token.
Not found.
Malformed request.
Invalid input.
JSON parse error
JSON parse error - {text}
Method "{method}" not allowed.
Could not satisfy the request Accept header.
Unsupported media type in request.
Unsupported media type "{media}" in request.
Request body should have at most {number} byte{s}.
Request was throttled.
Request was throttled. Expected available in {number} second{s}.
A server error occurred.
This field is required.
This field may not be null.
This field may not be blank.
A valid integer is required.
A valid number is required.
Not a valid string.
Must be a valid boolean.
Ensure this value is greater than or equal to {number}.
Ensure this value is less than or equal to {number}.
Ensure this field has at least {number} character{s}.
Ensure this field has no more than {number} character{s}.
Enter a valid date.
Enter a valid number.
Enter a whole number.
Enter a list of values.
Enter a valid email address.
Enter a valid URL.
Enter a number from {number} to {number}.
Expected a list of items but got type "{type}".
Invalid data. Expected a dictionary, but got {type}.
"{text}" is not a valid choice.
"""

# What the token endpoint's software says of each code of OAuth2.
_TOKEN_ENDPOINT = """
The request is missing a required parameter, includes an invalid parameter value, includes a parameter more than once, \
or is otherwise malformed
The client is not authorized to request a token using this method
The authorization grant type is not supported by the authorization server
The requested scope is invalid, unknown, or malformed
Client authentication failed
Client authentication failed (e.g., unknown client, no client authentication included, or unsupported authentication \
method)
The authorization server encountered an unexpected condition that prevented it from fulfilling the request
The authorization server is currently unable to handle the request due to a temporary overloading or maintenance of \
the server
The token request was refused.
"""

# Those of OAuth2 (RFC 6749), of the reference, and those that integrators saw.
_DOCUMENTED_CODES = """
invalid_request invalid_client invalid_grant unauthorized_client unsupported_grant_type invalid_scope access_denied
server_error temporarily_unavailable
unknown_field invalid forbidden invalid_choice min_value null not_found required not_a_list non_field_errors
authentication_failed validation_error parcel_announcement_error
missing enum extra_forbidden
"""

_FRAMEWORK_CODES = """
error parse_error not_authenticated permission_denied method_not_allowed not_acceptable unsupported_media_type
throttled blank max_value max_length min_length empty does_not_exist incorrect_type not_a_dict invalid_list
max_string_length token_not_valid payload_too_large
"""

_VALIDATION_CODES = """
assertion_error bool_parsing bool_type date_from_datetime_inexact date_from_datetime_parsing date_parsing date_type
datetime_from_date_parsing datetime_parsing datetime_type decimal_max_digits decimal_max_places decimal_parsing
decimal_type decimal_whole_digits dict_type finite_number float_parsing float_type greater_than greater_than_equal
int_from_float int_parsing int_parsing_size int_type json_invalid json_type less_than less_than_equal list_type
literal_error model_attributes_type model_type multiple_of string_pattern_mismatch string_too_long string_too_short
string_type string_unicode timezone_aware timezone_naive too_long too_short url_parsing url_scheme url_too_long
url_type uuid_parsing uuid_type value_error
"""

_CODES = frozenset((_DOCUMENTED_CODES + _FRAMEWORK_CODES + _VALIDATION_CODES).split())

_TYPE_NAMES = """
string str integer int number float decimal boolean bool list array tuple set dictionary dict object mapping null
NoneType datetime date time timedelta URL UUID email
"""

_TYPES = frozenset((*_TYPE_NAMES.split(), "email address"))

_REASONS = frozenset(
    line.strip()
    for line in """
    unable to parse string as an integer
    unable to parse string as a number
    unable to interpret input
    got a number with a fractional part
    unable to parse raw data as a unicode string
    input is too short
    input is empty
    relative URL without a base
    empty host
    invalid port number
    invalid character in year
    invalid character in month
    invalid character in day
    invalid character in hour
    invalid character in minute
    invalid character in second
    invalid date separator, expected `-`
    invalid time separator, expected `:`
    invalid datetime separator, expected `T`, `t`, `_` or space
    month value is outside expected range of 1-12
    day value is outside expected range
    hour value is outside expected range of 0-23
    minute value is outside expected range of 0-59
    second value is outside expected range of 0-59
    unexpected extra characters at the end of the input
    second fraction value is more than 6 digits long
    """.strip().splitlines()
)

_MEDIA = frozenset(("application/json", "text/plain", "text/html", "multipart/form-data"))
_METHODS = frozenset(("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE"))

# Nine digits hold every id and bound that is known, and no telephone number with its prefix.
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]{0,8})(?:\.[0-9]{1,3})?")
_CHOICES = re.compile(r"'[^']*'(?:, '[^']*')*(?: or '[^']*')?")
_CHOICE = re.compile(r"'([^']*)'")
_CURRENCIES = re.compile(r"[A-Z]{3}(?:, [A-Z]{3}){0,30}")


def _are_known_choices(text: str) -> bool:
    return _CHOICES.fullmatch(text) is not None and vocabulary().codes.issuperset(_CHOICE.findall(text))


_SAFE: dict[str, Callable[[str], bool]] = {
    "number": lambda text: _NUMBER.fullmatch(text) is not None,
    "type": _TYPES.__contains__,
    "reason": _REASONS.__contains__,
    "choices": _are_known_choices,
    "pattern": lambda text: text in vocabulary().patterns,
    "method": _METHODS.__contains__,
    "media": _MEDIA.__contains__,
    "currency": lambda text: _CURRENCIES.fullmatch(text) is not None,
    "text": lambda text: False,
}


class _Wording:
    """One wording with slots."""

    def __init__(self, template: str) -> None:
        literals_and_slots = re.split(r"\{(?!s\})(\w+)\}", template)
        literals, slots = literals_and_slots[::2], literals_and_slots[1::2]
        self._start = literals[0].partition("{s}")[0]
        self._are_safe = [_SAFE[slot] for slot in slots]
        self._literals = literals

    # Compiled for the first text that may match: most programs never meet an error of most wordings.
    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        spelled = "(.*?)".join(f"({re.escape(literal).replace(_PLURAL, 's?')})" for literal in self._literals)
        return re.compile(rf"{spelled}(\.?)", re.DOTALL)

    def render(self, text: str) -> str | None:
        """Give a text of this wording with its unsafe slots blanked, and None for any other text."""
        found = self._pattern.fullmatch(text) if text.startswith(self._start) else None
        if found is None:
            return None
        *pieces, stop = found.groups()
        pieces[1::2] = (
            value if is_safe(value) else BLANK for value, is_safe in zip(pieces[1::2], self._are_safe, strict=True)
        )
        return "".join(pieces) + stop


_PLURAL = re.escape("{s}")
_LINES = (_DOCUMENTED + _VALIDATION + _FRAMEWORK + _TOKEN_ENDPOINT).splitlines()
_TEMPLATES = [*filter(None, _LINES), *(status.phrase for status in HTTPStatus)]
_SLOTLESS = frozenset(template.removesuffix(".") for template in _TEMPLATES if "{" not in template)
_SLOTTED = [_Wording(template.removesuffix(".")) for template in _TEMPLATES if "{" in template]


def known_words(text: str) -> str:
    """Give a message as far as its wording is known to be the service's, and `BLANK` for the rest.

    The cost does not grow with the text: only `LONGEST_WORDING` characters are ever looked at. Rule: ERROR-ENVELOPE.
    """
    if len(text) > LONGEST_WORDING:
        return BLANK
    if text.removesuffix(".") in _SLOTLESS:
        return text
    best = BLANK
    for wording in _SLOTTED:
        rendered = wording.render(text)
        if rendered == text:
            return text
        if rendered is not None and len(rendered) > len(best):
            best = rendered
    return best


def known_code(text: str) -> str:
    """Give a code that is known, and `BLANK` for any other. Rule: ERROR-CODES-OPEN."""
    return text if text in _CODES else BLANK


_SHOWN_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:-]{0,63}")


def shown_id(id: str | int | None) -> str | None:
    """Give an id of an answer as text, but not one that does not look like an id, for it may be anything."""
    return str(id) if id is not None and _SHOWN_ID.fullmatch(str(id)) else None
