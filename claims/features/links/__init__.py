"""Links: check that cited pages are still at their URLs and still contain the quotes.

Adds to the core: a list and a queue of the desk, `claims/<id>/links/` in the API, notes below sources on reader pages,
notifications, jobs, the command `check_evidence`, and tables for the status of each link and its changes.

`watched_links` selects the sources to check: those in current publications. `check_run` checks due links, and
`link_findings` makes the request to one URL. `resolved_links` stores the result by the rules of `outcomes`
and, for quotes, of `quoted_passages`. `link_edits` holds the decisions that people can make, and `link_status`
the status that readers see. Begin with `check_run`. docs/archiving.md is for operators.
"""
