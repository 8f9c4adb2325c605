import msgspec


class Integration(msgspec.Struct, kw_only=True, gc=False):
    """The shop connection that the order belongs to."""

    id: int
