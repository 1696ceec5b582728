"""Claims, verdicts and publications: models, workflow, ledger, desk and public pages.

The packages are listed from top to bottom, and import only from below (`[tool.importlinter]` in pyproject.toml):

    features                         optional apps; each can be removed
    management                       the commands, the list of jobs, the demonstration
    admin  editorial                 the desk; the API for newsroom tools
    public                           everything public: API, pages, feeds
    imports                          import others' fact checks
    exports  articles  review        the ledger as files; an article's claims; the workflow
    matching                         claims for a text
    ledger  quotes  newsroom         publications; quotes in texts; roles, people, refusals
    models                           the domain, one noun per file, with the database rules
    search                           words, stems, spelling; independent of models

Begin with `models/claim.py`, `models/verdict.py` and `review/moves.py`; docs/architecture.md has the whole picture.
"""
