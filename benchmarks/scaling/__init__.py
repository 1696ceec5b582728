"""Measure the cost of reads, writes and searches as the ledger grows (docs/performance.md)."""
