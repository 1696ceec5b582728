"""Figures that the IFCN and EFCSN codes require, counted from the data and published.

Adds to the core: the page `/standards/`, the API `/api/v1/standards/` with a CSV file, and the command
`standards_report`; it has no tables. Begin with `report`. `indicators` defines the figures, `published_reviews`
and `process` read the data for them, `codes` lists the articles of the codes, and `period` has the dates.

All figures about fact checks are counted from publications, so that anyone can recount them. Figures about
the process of fact-checking concern the same fact checks, and contain no text of drafts.
"""
