"""Refusals of the technicians' API."""

from kernel.errors import Forbidden


class NoTechnician(Forbidden):
    """This log-in belongs to no technician."""

    slug = "no-technician"
