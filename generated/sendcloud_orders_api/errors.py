"""The one error that reading a response raises."""


class UnreadableResponse(Exception):
    """Tell where a response departs from the specification, and nothing of what it holds.

    Picklable. `status_code` is the plain number. `path` leads to the trouble in the body, such as `$.data[3].id`, and
    `position` is the byte where the JSON breaks off; each is empty (`""`, `None`) where it says nothing.
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
