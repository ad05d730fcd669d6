"""Refusals of the room of identity."""

from kernel.errors import Conflict, Invalid, NotFound, TooMany, Unauthenticated


class BadCredentials(Unauthenticated):
    """Tenant, user name and password do not belong together."""

    slug = "bad-credentials"


class LockedOut(TooMany):
    """Too many failed log-ins; wait and try again."""

    slug = "locked-out"


class SessionEnded(Unauthenticated):
    """The session has ended; log in again."""

    slug = "session-ended"


class UsernameTaken(Conflict):
    """Another user has this name."""

    slug = "username-taken"


class UserUnknown(NotFound):
    """There is no such user."""

    slug = "user-unknown"


class WeakPassword(Invalid):
    """The password is too easy to guess."""

    slug = "weak-password"


class NotYourself(Conflict):
    """You cannot disable the account that you are using."""

    slug = "not-yourself"
