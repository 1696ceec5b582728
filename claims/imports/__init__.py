"""Import other publishers' fact checks: bytes → records → rows.

    reading/   files of any format → reviews with every value settled, or refusals (pure)
    storing/   reviews → claims, verdicts and entries of the ledger, in bulk

Imports exports (to restore our own), review, ledger and models. Begin with `storing/runs.py`;
docs/extending.md adds a format.
"""
