"""Refusals of the room of timesheets."""

from kernel.errors import Conflict, Invalid


class NoMonday(Invalid):
    """A week begins on a Monday."""

    slug = "no-monday"


class StaleTerms(Conflict):
    """The terms of pay changed since they were read."""

    slug = "pay-terms-changed-meanwhile"
