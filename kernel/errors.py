"""Expected refusals, answered as RFC 9457 problem documents.

`Problem` -> `NotFound`, `Conflict`, `Forbidden`, `Unauthenticated`, `Invalid`, `TooLarge`, `TooMany`.
Rooms subclass them in their own `errors` module. Nothing is imported here but the standard library.
"""

from typing import Any, ClassVar


class Problem(Exception):  # noqa: N818 - the word of RFC 9457
    """The request was understood and refused."""

    status: ClassVar[int] = 400
    slug: ClassVar[str] = "refused"

    def __init__(self, detail: str = "", **members: Any) -> None:
        """Keep `detail` for this case and typed `members` for the client to act on."""
        super().__init__(detail)
        self.detail = detail
        self.members = members

    @classmethod
    def title(cls) -> str:
        """Return the first line of the docstring: what this kind of refusal means."""
        return (cls.__doc__ or cls.__name__).strip().splitlines()[0].rstrip(".")


class NotFound(Problem):
    """There is no such thing, or it is not yours to see."""

    status = 404
    slug = "not-found"


class Conflict(Problem):
    """The state of the thing does not allow this."""

    status = 409
    slug = "conflict"


class Forbidden(Problem):
    """Your role does not allow this."""

    status = 403
    slug = "forbidden"


class Unauthenticated(Problem):
    """Log in first."""

    status = 401
    slug = "unauthenticated"


class Invalid(Problem):
    """The request does not fit its description."""

    status = 422
    slug = "invalid"


class TooLarge(Problem):
    """The body is larger than this operation takes."""

    status = 413
    slug = "too-large"


class TooMany(Problem):
    """Too many requests; wait and try again."""

    status = 429
    slug = "too-many-requests"
