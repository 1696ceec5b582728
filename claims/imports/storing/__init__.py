"""Reviews → rows, in bulk: the only bulk writer of claims, verdicts and the ledger.

    staging      what was read waits in a temporary table, sorted by statement
    clustering   reviews of one statement → the claims that they are about            (pure)
    things       publishers, scales, ratings, claimants, topics and sources: found or made
    standing     a claim as it stands, and what a review changes of it
    writing      one batch: found, changed, stored, all of it or nothing
    running      a whole import: read, staged, written, counted
    runs         its life: chosen, started, gone on with
    house_records   records of the newsroom itself: drafts, or its archive
    house_archive   that archive: asked for by one administrator, released by another
    undoing      taking back what an import brought

`claims.imports.reading` reads files and knows nothing of the database.
"""
