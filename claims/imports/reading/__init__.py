"""How others' fact checks are read: bytes → `Found` → `Review`. Pure: nothing here knows the database.

    opening      a path, a URL, a folder, an archive, standard input → files
    crawling     a sitemap, a feed, a page → the pages that it leads to, fetched politely
    detecting    a file → the reader of its format
    claimreview, pages, flat_reviews, reports, fact_check_tools, tables, …
                 one reader per format: a file → `Found` or `Refusal`, one after the other
    reading      `Found` → `Review` or `Refusal`, by the rules for texts, dates, labels, addresses and languages

`claims.imports.storing` writes reviews into the database.
"""
