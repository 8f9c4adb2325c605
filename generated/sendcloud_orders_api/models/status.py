import msgspec


class Status(msgspec.Struct, kw_only=True, gc=False):
    """A status, in the shop's own words."""

    code: str
    message: str | None = None
