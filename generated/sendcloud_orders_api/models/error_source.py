import msgspec


class ErrorSource(msgspec.Struct, kw_only=True, gc=False):
    """What the error is about."""

    pointer: str | None = None
    """A path into the body, such as `/data/attributes/[0]/order_id`. Not an RFC 6901 pointer."""
    parameter: str | None = None
    """Name of a query parameter."""
    header: str | None = None
    """Name of a header."""
