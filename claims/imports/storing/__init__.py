"""Reviews → rows, in bulk: claims, verdicts, their parts, and ledger entries.

    stage            what was read waits in a temporary table, sorted by statement
    same_claims      reviews of one statement → the claims that they are about            (pure)
    references       publishers, scales, ratings, claimants, topics and sources: found or made
    reviewed_claim   deciding whether a review is of a claim
    existing_claim   a claim as it stands, and what a review changes of it
    batches          one batch: found, changed, stored, all of it or nothing
    run_import        a whole import: read, staged, written, counted
    runs             its life: chosen, started, gone on with
    undo             taking back what an import brought

`claims.imports.reading` reads files and knows nothing of the database.
"""
