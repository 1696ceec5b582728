"""Claims, verdicts and publications: models, workflow, ledger, desk and public pages.

The rooms stand in the order of the flow, and imports go downwards only (`[tool.importlinter]` in pyproject.toml):

    features                         optional apps; each can be removed
    management                       the commands, the list of jobs, the demonstration
    admin  editorial                 the desk; the API for newsroom tools
    public                           what anybody may see: API, pages, feeds
    imports                          others' fact checks come in
    exports  articles  review        the ledger as files; an article's claims; the workflow
    matching                         claims for a text
    ledger  quotes  newsroom         what was published; quotes in texts; roles, people, refusals
    models                           the domain, one noun a file, with the rules that the database holds
    search                           words, stems, spelling; knows no model

Begin with `models/claim.py`, `models/verdict.py` and `review/moves.py`; docs/architecture.md has the whole picture.
"""
