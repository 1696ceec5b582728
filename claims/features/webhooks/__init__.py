"""Webhooks: signed messages about publications (Standard Webhooks).

Adds to the core: two pages of the desk for administrators, `webhooks/` in the editorial API, a receiver of
`entries_added`, jobs, metrics, and tables for endpoints, their progress, deliveries and attempts. Begin with `events`,
which decides what an entry means for an endpoint.

The ledger is the outbox. `ledger_followers` go along it and note for every endpoint which entries it is to be sent;
`deliveries` sends them until they have arrived. Both can be killed at any moment and are simply called again. A test
message and the receiver's consent are in `endpoints` and `internal_endpoints`.
"""
