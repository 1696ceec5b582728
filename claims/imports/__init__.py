"""Import other publishers' fact checks: bytes → records → rows.

    reading/   files of any format → reviews with validated values, or refusals (pure)
    storing/   reviews → claims, verdicts and ledger entries, in bulk

Depends on exports (to recognise our own), review, ledger and models. Begin with `storing/runs.py`; docs/extending.md
shows how to add a format.
"""
