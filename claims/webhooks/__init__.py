"""Telling other systems what is published: messages to their endpoints, signed as Standard Webhooks.

The ledger is the outbox. `ledger_followers` go along it and note for every endpoint which entries it is to be told of;
`deliveries` sends what is noted until it has arrived. Both can be killed at any moment and are simply called again.
`claims.ledger.signals` says when there is something new (`worker_calls` listens). Imports ledger, newsroom and models.
"""
