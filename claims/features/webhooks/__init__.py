"""Webhooks: signed messages about publications (Standard Webhooks).

Adds to the core: two pages of the desk for administrators, `webhooks/` in the editorial API, a receiver of
`entries_added`, jobs, metrics, and tables for endpoints, their progress, deliveries and attempts. Begin with
`events`, which chooses the event that an endpoint receives for a ledger entry.

The ledger serves as the outbox. `ledger_followers` reads new entries and stores a delivery for each endpoint that must
receive one; `deliveries` sends each delivery until it arrives. Both jobs can be killed at any moment and are simply
started again. `endpoints` sends test messages, and `internal_endpoints` asks for the receiver's consent.
"""
