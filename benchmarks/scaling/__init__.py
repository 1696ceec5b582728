"""What reads, writes and searches cost as the ledger grows. docs/scaling.md says what was found."""
