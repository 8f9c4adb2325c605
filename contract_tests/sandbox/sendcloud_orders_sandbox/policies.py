"""List the choices that the documentation leaves to the service, so that a test can make each of them."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, get_args, get_origin

import msgspec

Count = Annotated[int, msgspec.Meta(ge=0, le=1_000_000)]
Span = Annotated[float, msgspec.Meta(ge=0, le=1_000_000)]


# Printable, so that it can stand in a header.
Address = Annotated[str, msgspec.Meta(pattern=r"^[!-;=?-~]*$")]
Bytes = Annotated[int, msgspec.Meta(ge=1_000_000, le=2**40)]
# More than the longest body holds.
UNBOUNDED = 2**40
Length = Annotated[int, msgspec.Meta(ge=64, le=UNBOUNDED)]
Form = Literal["errors", "detail", "html", "empty"]


class UnknownPolicyError(ValueError):
    """An unknown policy or value, or a file that says none; the message lists the known ones."""


class Policies(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One answer to each question that only the live service can settle.

    Each combination of values is a server that keeps every documented rule: a contract suite must pass on all of them.
    """

    save_lag: Span = 0.0
    """How many seconds after the 201 can an order be read? Rule: UPSERT-ASYNC."""
    conflict_while_saving: bool = False
    """Is an upsert of an order that is still being saved a conflict? Needs `save_lag`. Rule: UPSERT-CONFLICT."""
    conflict_every: Count = 0
    """Does every n-th upsert meet a conflict (0: none)? Rule: UPSERT-CONFLICT."""
    conflict_status: Literal[400, 409] = 400
    """Which status does a conflict have? Rule: UPSERT-CONFLICT."""
    throttle_every: Count = 0
    """Is every n-th request answered with 429 (0: none)? Rule: RATE-LIMIT."""
    throttle_seconds: Count = 1
    """How long does such a 429 ask to wait? Rule: RATE-RETRY-AFTER."""
    retry_after: Literal["seconds", "date", "none"] = "seconds"
    """How does a 429 say when to try again? Rule: RATE-RETRY-AFTER."""

    body_limit: Bytes = 16 * 1024 * 1024
    """How many bytes may a request's body have? A longer one is a 413. Rule: ERROR-EDGE."""
    long_body: Form = "errors"
    """What says the 413 for a body that is too long? Rule: ERROR-EDGE."""
    wrong_media_type: Literal["errors", "detail", "html", "empty", "accept"] = "errors"
    """What says the 415 for a body that is not declared as JSON, or is the body read as JSON? Rule: ERROR-EDGE."""
    wrong_method: Form = "errors"
    """What says the 405 for a method that a path does not serve? Rule: ERROR-EDGE."""
    missing_page: Form = "errors"
    """What says the 404 for a path that is not served? Rule: ERROR-EDGE."""
    trailing_slash: Literal["serve", "redirect", "missing"] = "serve"
    """Is a path that ends in a slash served, redirected to the one without, or not served? Rule: ERROR-SLASH."""

    success_status: Literal[201, 200, 202] = 201
    """Which status does a successful upsert return? Rule: UPSERT-STATUS."""
    omitted_optionals: Literal["keep", "clear"] = "keep"
    """What happens to a stored optional field that a later upsert leaves out? Items are always replaced."""
    key_twice: Literal["reject", "last", "conflict"] = "reject"
    """What happens to a batch that has the same key twice? Rule: UPSERT-KEY-TWICE."""
    key_case: Literal["exact", "any"] = "exact"
    """Are two orders told apart by the letter case of their `order_id`? Rule: UPSERT-KEY-CASE."""
    order_id_length: Length = UNBOUNDED
    """How many characters may an `order_id` have? Rule: UPSERT-LONG-NAME."""
    order_number_length: Length = UNBOUNDED
    """How many characters may an `order_number` have? Rule: UPSERT-LONG-NAME."""
    unknown_id: Literal["reject", "missing", "create"] = "reject"
    """Is an `id` that names no order of the integration a 400, a 404, or ignored? Rule: UPSERT-ID."""
    empty_list: Literal["reject", "accept"] = "reject"
    """Is an upsert of no orders a success? Rule: UPSERT-LIST."""
    unknown_fields: Literal["reject", "store", "drop"] = "reject"
    """Is a field that the specification does not name refused, stored or left out? Rule: UPSERT-BOUNDS."""
    enum_case: Literal["exact", "any"] = "exact"
    """May a fixed choice be written in another case (`KG` for `kg`)? Rule: UPSERT-BOUNDS."""
    numeric_strings: Literal["reject", "accept"] = "reject"
    """May the value of a price be a string (`"12.00"`)? Rule: UPSERT-BOUNDS."""
    numeric_costs: Literal["reject", "accept"] = "reject"
    """May the value of costs be a number (`4.5`)? Rule: UPSERT-AMOUNT."""
    import_fields: Literal["store", "reject"] = "store"
    """Are an item's `dds_reference`, `taric_code` and `cpsc` known? Rule: UPSERT-IMPORT."""
    mail: Literal["international", "ascii"] = "international"
    """May the mail address of an address lie outside ASCII? Rule: UPSERT-MAIL."""

    patch_null: Literal["clear", "ignore"] = "clear"
    """Does null in a PATCH clear the field? Rule: PATCH-MERGE."""
    patch_integration: Literal["reject", "ignore"] = "reject"
    """Is a PATCH that names another integration refused? Rule: PATCH-IMMUTABLE."""
    patch_same_names: Literal["first", "all"] = "first"
    """Which items does a PATCH change when several share the name? Rule: PATCH-ITEMS."""

    label_data: Literal["object", "list"] = "object"
    """Is the `data` of one label an object, or a list that holds it? Rule: LABEL-DATA."""
    label_field: Literal["label_details", "label", "both"] = "label_details"
    """In which field of that is the label? Rule: LABEL-DATA."""
    label_parcels: Literal["both", "parcel_id", "parcels_ids"] = "both"
    """Which fields name the parcels of several labels? Rule: LABELS-CREATE."""
    label_wrong_dpi: Literal["reject", "adjust"] = "reject"
    """Is a resolution that the type of the label does not have refused, or replaced? Rule: LABEL-FORM."""
    label_refusal: Literal[400, 422] = 400
    """Which status has the refusal of one label, of an order that cannot be shipped? Rule: LABEL-REFUSED."""
    label_order_missing: Literal["refuse", "inner"] = "refuse"
    """Does an order that is not there refuse the other labels too, or is it an error inside of the 202?
    Rule: LABELS-MISSING."""
    label_number_shared: Literal["newest", "oldest", "reject"] = "newest"
    """Which order is shipped when several of the integration have the number? Rule: LABEL-NUMBER-SHARED."""
    label_names_disagree: Literal["missing", "order_id"] = "missing"
    """Is an order named by an `order_id` and the number of another not there, or does the `order_id` decide?
    Rule: LABEL-NAMES-DISAGREE."""
    label_again: Literal["accept", "reject"] = "accept"
    """Can an order be shipped that has been shipped already? Rule: LABEL-AGAIN."""
    label_negative_price: Literal["refuse", "inner", "accept"] = "refuse"
    """Does an item with a negative price refuse all labels (422), only that of its order, or none?
    Rule: LABEL-PRICE."""
    label_unknown_item: Literal["reject", "accept"] = "reject"
    """Is a parcel refused that has an `item_id` which its order lacks? Rule: LABELS-PARCELS."""
    wrong_integration_sort: Literal["ignore", "reject"] = "ignore"
    """Is an unknown `sort` of the integrations ignored or refused? Rule: INTEGRATION-SORT-UNKNOWN."""

    wrong_path_id: Literal["missing", "invalid"] = "missing"
    """Is a path whose id is not a number a 404 or a 400? Rule: GET-MISSING."""

    page_size: Literal["clamp", "default", "reject"] = "clamp"
    """What happens to a page size that is not a number from 1 to 200? Rule: LIST-PAGE-SIZE."""
    date_zone: Literal["utc", "as_sent"] = "utc"
    """In which time zone do the date filters take the date of a timestamp? Rule: LIST-CREATED."""
    date_filter_time: Literal["reject", "cut"] = "reject"
    """Is a date filter with a time of day refused, or read as its date? Rule: LIST-CREATED."""
    empty_filter: Literal["reject", "ignore"] = "reject"
    """Is an empty `cursor`, `order_id`, `order_number` or `status` refused, or no filter? Rule: LIST-EMPTY-FILTER."""
    link_base: Address = "/api/v3"
    """Which path, or scheme, host and path, do the Link URLs start with? Rule: LIST-CURSOR."""
    row_order: Literal["request", "reversed"] = "request"
    """In which order do references come, and rows that tie in every key of a sort? Rules: UPSERT-RESULT, LIST-SORT."""

    ids: Literal["string", "number"] = "string"
    """Which JSON type does `id` have when an order is read? Rule: READ-ID."""
    reference_ids: Literal["number", "string"] = "number"
    """Which JSON type does `id` have in the response to an upsert or a PATCH? Rule: READ-ID."""
    amounts: Literal["as_sent", "number", "string"] = "as_sent"
    """Which JSON type does an amount of money have when an order is read? Rule: READ-AMOUNT."""
    timestamps: Literal["service", "as_sent", "zulu"] = "service"
    """Are timestamps printed in UTC with `+00:00` and microseconds, as sent, or with `Z`? Rule: READ-TIME."""
    nulls: Literal["omit", "null"] = "omit"
    """Is an absent optional field left out of an order, or printed as null? Rule: READ-TOLERANT."""
    unrequired_fields: Literal["given", "left_out"] = "given"
    """Is what the reference does not require given: a reference's `order_number`, its `order_id` after a PATCH, and the
    times at which an order was stored? Rule: READ-REQUIRED."""
    extra_fields: bool = False
    """Do responses have fields that the specification does not name? Rule: READ-TOLERANT."""
    error_codes: Literal["documented", "observed"] = "documented"
    """Is a validation error's code `invalid`, or the finer one seen in the wild? Rule: ERROR-CODES-OPEN."""
    error_order: Literal["found", "reversed"] = "found"
    """In which order do the errors of one response come? Rule: ERROR-TOGETHER."""
    partner_ids: Literal["any", "none"] = "any"
    """Is each well-formed partner id known, or none? Rule: UPSERT-PARTNER."""

    def changed(self, /, **values: Any) -> Policies:
        """Return these policies with other values, given as Python values or as text; raise `UnknownPolicyError`."""
        return msgspec.structs.replace(self, **dict(checked(values, strict=False)))

    def with_settings(self, settings: list[str]) -> Policies:
        """Return these policies changed by `name=value` settings of a command line; raise `UnknownPolicyError`."""
        pairs = {}
        for setting in settings:
            name, equals, value = setting.partition("=")
            if not equals:
                raise UnknownPolicyError(f"policy {setting!r} has no value: write it as name=value")
            pairs[name.strip()] = value.strip()
        return self.changed(**pairs)

    @classmethod
    def parse(cls, settings: list[str]) -> Policies:
        """Read `name=value` settings, the others at their defaults; raise `UnknownPolicyError`."""
        return cls().with_settings(settings)

    @classmethod
    def from_toml(cls, path: Path | str) -> Policies:
        """Read the table `[policies]` of a file, the others at their defaults; raise `UnknownPolicyError`.

        Other tables of the file are passed over.
        """
        try:
            table = tomllib.loads(Path(path).read_text(encoding="utf-8")).get("policies")
        except OSError as error:
            raise UnknownPolicyError(f"cannot read the policies in {path}: {error.strerror}") from None
        except ValueError as error:
            raise UnknownPolicyError(f"{path} is not TOML: {error}") from None
        if not isinstance(table, dict):
            raise UnknownPolicyError(f"{path} has no table [policies], with one line `name = value` for each policy")
        try:
            return cls(**dict(checked(table, strict=True)))
        except UnknownPolicyError as error:
            raise UnknownPolicyError(f"{path}: {error}") from None

    def to_toml(self) -> str:
        """Write all policies as a table that `from_toml` reads."""
        lines = [toml_line(name, value) for name, value in msgspec.structs.asdict(self).items()]
        return "\n".join(["[policies]", *lines, ""])


def policies_of(source: Policies | Path | str | None) -> Policies:
    """Return policies as they are, those of a TOML file, or the defaults for None; raise `UnknownPolicyError`."""
    if isinstance(source, Policies):
        return source
    return Policies() if source is None else Policies.from_toml(source)


def checked(values: Mapping[str, Any], *, strict: bool) -> Iterator[tuple[str, Any]]:
    """Yield each policy with its value, read from text unless `strict`; raise `UnknownPolicyError`."""
    known = {field.name: field for field in msgspec.structs.fields(Policies)}
    for name, value in values.items():
        if name not in known:
            raise UnknownPolicyError(f"there is no policy {name!r}; the policies are: {known_policies()}")
        try:
            yield name, msgspec.convert(value, known[name].type, strict=strict)
        except msgspec.ValidationError as error:
            raise UnknownPolicyError(f"policy {name} takes {choices(known[name])}: {error}") from None


def toml_line(name: str, value: bool | float | str) -> str:
    """Write one policy as a line of TOML, whose numbers, truths and printable texts look like those of JSON."""
    return f"{name} = {msgspec.json.encode(value).decode()}"


def known_policies() -> str:
    """List the policies with the values of each, the default first."""
    return ", ".join(f"{field.name}={choices(field)}" for field in msgspec.structs.fields(Policies))


def choices(field: msgspec.structs.FieldInfo) -> str:
    """Return the values that a policy can have."""
    if get_origin(field.type) is Literal:
        return "|".join(map(str, get_args(field.type)))
    return f"({type(field.default).__name__}, {field.default!r})"
