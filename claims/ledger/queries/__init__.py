"""How the ledger is asked: what lists of claims and verdicts can be narrowed down by, searched for, and counted.

The API, the feeds, the pages, exports and webhooks ask with the same parameters. Begin with `claim_filters`.
"""
