"""The public API, /api/v1/, and the replacement for Google's Fact Check Tools API, /v1alpha1/.

A resource declares its query (`claims.ledger.queries`), its schema and its rows; `factcheck.api.resources` does the
rest. Bodies are served as the ledger stores them. Begin with `claims`; docs/architecture.md follows a request step by
step.
"""
