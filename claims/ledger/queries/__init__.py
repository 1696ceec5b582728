"""Queries of the ledger: filters, search and counts of claims and verdicts.

The API, feeds, pages, exports and webhooks all use the same parameters. Begin with `claim_filters`.
"""
