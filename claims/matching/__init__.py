"""Matching: find the published claims that a text repeats, contradicts, or is related to.

Begin with `answers`. It gets possible claims from `candidates`, sorts them with `ranking`, and classifies their
relation to the text with `judgement`. "Nothing found" is not a verdict and must never read as "true". `desk` does the
same for unpublished work, and no public code may import it.

May import the ledger, the newsroom, quotes, search and the models. Public code reads current publications only.
"""
