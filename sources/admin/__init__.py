"""The editors' desk for sources."""

from sources.admin import publisher, snapshot, source
