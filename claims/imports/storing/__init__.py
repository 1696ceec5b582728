"""Store reviews as rows, in bulk: claims, verdicts, their parts, and ledger entries.

    stage            holds reviews in a temporary table, sorted by statement
    decisions        reviews of one statement → their claims, and the outcome of each review
    known_claims     the claims and records of earlier imports
    references       finds or creates publishers, scales, ratings, claimants, topics and sources
    reviewed_claim   decides whether a review is of a claim
    existing_claim   an existing claim, and the changes that a review makes
    batches          looks up, changes and stores one batch in a transaction
    run_import        a whole import: reads, stages, stores, counts
    runs             the lifecycle: prepares, starts and continues imports
    undo             undoes an import

`claims.imports.reading` reads files and does not use the database.
"""
