"""Matching: find the published claims that a text repeats, contradicts, or is related to.

Begin with `answers`: it asks `candidates` for what may be meant, `ranking` in which order, and `judgement` what each
has to do with the text. "Nothing found" is an answer and no verdict: it never reads as "true". `desk` has the same for
what the newsroom works on, which nothing public may import.

May import the ledger, the newsroom, quotes, search and the models. What is public reads current publications alone.
"""
