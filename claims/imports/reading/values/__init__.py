"""Interpret the values of a record, one kind of value per module. Pure, without guessing: ambiguous values are left
out, with a `Problem` that gives the reason.
"""
