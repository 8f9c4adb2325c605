import msgspec


class ErrorLinks(msgspec.Struct, kw_only=True, gc=False):
    """Where to read more."""

    about: str | None = None
