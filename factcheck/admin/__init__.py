"""The editors' desk: what its pages have in common, and the pages of people and of the machinery."""

from factcheck.admin import accounts, jobs

__all__ = ["accounts", "jobs"]
