"""Readers' complaints about publications, and their requests to check something.

Adds to the core: forms for readers and two endpoints of the API (`intake/`), lists and pages for editors at the desk
(`admin/`, `queues`), a link on each claim's page, emails, jobs and five tables. `intake/` reads only publications and
imports neither review nor the editors' modules; an import contract enforces this. Editors decide in `complaint_moves`,
`request_moves` and `quarantine`. Complaints and requests share confirmation by email (`confirmations`), spam checks
(`spam_checks`), duplicate requests (`request_duplicates`), deletion of personal data (`personal_data`) and the calendar
(`working_days`). Begin with `submissions`.
"""
