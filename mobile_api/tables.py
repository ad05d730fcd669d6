"""Every module with tables, of all floors, so that the metadata is whole."""

import mobile_api.sync.models
from backend.tables import METADATA

__all__ = ["METADATA"]
