"""Claims, verdicts and publications: models, workflow, ledger, desk and public pages.

The rooms stand in the order of the flow, and imports go downwards only (`[tool.importlinter]` in pyproject.toml):

    admin  editorial  management     the desk; the API for newsroom tools; the commands
    public                           what anybody may see: API, pages, feeds
    imports  demo                    others' fact checks come in; an example of a newsroom
    exports  webhooks  articles  review
                                     the ledger as files; telling others; an article's claims; the workflow
    ledger  quotes  newsroom         what was published; quotes in texts; roles, people, refusals
    models                           the domain, one noun a file, with the rules that the database holds
    search                           words, stems, spelling; knows no model

Begin with `models/claim.py`, `models/verdict.py` and `review/moves.py`; docs/architecture.md has the whole picture.
"""
