"""What every page of the desk is made of, and the pages of people and of the worker's jobs. Begin with `base`."""

from factcheck.admin import accounts, jobs

__all__ = ["accounts", "jobs"]
