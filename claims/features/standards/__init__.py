"""Figures that the IFCN and EFCSN codes ask for, counted from the data and published.

Adds to the core: the page `/standards/`, the API `/api/v1/standards/` with a CSV file, and the command
`standards_report`; it has no tables. Begin with `report`. `indicators` says what is counted, `published_reviews` and
`process` in what, `codes` which articles each indicator answers, `period` for which days.

Everything about fact checks is counted in what was published, so that anybody can count again. Figures about how they
were made are numbers about those same fact checks, and contain no word of a draft.
"""
