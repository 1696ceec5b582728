"""Webhooks: signed messages about publications (Standard Webhooks).

Adds to the core: two pages of the desk for administrators, `webhooks/` in the editorial API, a receiver of
`entries_added`, jobs, metrics, and tables for endpoints, their progress, deliveries and attempts. Begin with
`events`, which chooses the event to send to an endpoint for an entry.

The ledger is the outbox. `ledger_followers` reads it and stores, for every endpoint, which entries to send;
`deliveries` sends each until it has arrived. Both can be killed at any moment and are simply called again.
`endpoints` sends test messages, and `internal_endpoints` asks for the receiver's consent.
"""
