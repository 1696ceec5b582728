"""The base of all desk pages, and the pages of accounts and jobs. Start at `base`."""

from factcheck.admin import accounts, jobs
