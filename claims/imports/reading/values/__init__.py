"""Interpret the values of a record, one kind per module. Pure, never guessing: a `Problem` gives the reason."""
