"""Queries of the ledger: filters, search and counts of claims and verdicts.

The API, the feeds, the pages, exports and webhooks ask with the same parameters. Begin with `claim_filters`.
"""
