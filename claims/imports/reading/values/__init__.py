"""Interpret the values of a record, one kind of value per module. Pure, and never a guess: ambiguous values
are left out, with a `Problem` that gives the reason.
"""
