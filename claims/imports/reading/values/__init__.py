"""Interpret the values of a record, one kind per module. An uncertain value becomes a `Problem`, never a guess."""
