"""Reviews → rows, in bulk."""
