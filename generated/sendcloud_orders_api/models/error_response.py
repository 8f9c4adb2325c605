import msgspec

from .api_error import ApiError


class ErrorResponse(msgspec.Struct, kw_only=True, gc=False):
    """What went wrong. A list in every response seen; the reference also allows a single object."""

    errors: ApiError | list[ApiError]
