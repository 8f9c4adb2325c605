import msgspec

from .api_error import ApiError


class ErrorResponse(msgspec.Struct, kw_only=True, gc=False):
    """What went wrong. A list in every known answer; the reference allows a single object as well."""

    errors: ApiError | list[ApiError]
