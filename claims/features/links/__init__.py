"""Links: check that cited pages are still at their URLs and still contain the quotes.

Adds to the core: a list and a queue of the desk, `claims/<id>/links/` in the API, notes below sources on pages of
readers, notifications, jobs, the command `check_evidence`, and tables for the status of each link and its changes.

`watched_links` says which sources are checked: those that current publications name. `check_run` is one round of
checks, `link_findings` the request to one address, `resolved_links` what follows from it, by the rules of `outcomes`
and, for quotes, of `quoted_passages`. `link_edits` are the decisions of people, `link_status` is what readers see.
Begin with `check_run`. docs/archiving.md is for operators.
"""
