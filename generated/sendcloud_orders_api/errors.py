"""The only error that reading a response raises."""


class UnreadableResponse(Exception):
    """A response that departs from the specification; shows where, and nothing of its contents.

    Picklable. `status_code` is a plain number. `path` leads to the fault in the body, such as `$.data[3].id`, and
    `position` is the byte at which the JSON is malformed; each is empty (`""`, `None`) when it is not known.
    """

    def __init__(
        self, status_code: int, content_type: str, reason: str, path: str = "", position: int | None = None
    ) -> None:
        super().__init__(status_code, content_type, reason, path, position)
        self.status_code = status_code
        self.content_type = content_type
        self.reason = reason
        self.path = path
        self.position = position

    def __str__(self) -> str:
        where = f" at {self.path}" if self.path else "" if self.position is None else f" at byte {self.position}"
        kind = self.content_type or "no content type"
        return f"unreadable response (status {self.status_code}, {kind}): {self.reason}{where}"
