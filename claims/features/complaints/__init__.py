"""Readers' complaints about publications, and their requests to check something.

Adds to the core: forms for readers and two addresses of the API (`intake/`), lists and pages for editors at the desk
(`admin/`, `queues`), a link on each claim's page, emails, jobs and five tables. `intake/` reads what is published and
imports neither review nor what editors do (an import contract holds that). Editors decide in `complaint_moves`,
`request_moves` and `quarantine`. Both rest on confirmation by email (`confirmations`), signs of spam (`spam_checks`),
what is the same request (`request_duplicates`), how long people are known (`personal_data`) and the calendar
(`working_days`). Begin with `submissions`.
"""
