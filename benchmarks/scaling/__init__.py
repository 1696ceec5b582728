"""What reads, writes and searches cost as the ledger grows. docs/performance.md says what was found."""
