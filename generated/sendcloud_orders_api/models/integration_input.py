import msgspec


class IntegrationInput(msgspec.Struct, kw_only=True, gc=False, forbid_unknown_fields=True):
    """The shop connection that the order belongs to."""

    id: int
    """Id of one of the account's integrations."""
