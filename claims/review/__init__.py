"""The workflow: the moves of claims, verdicts and translations, who may make them, and their effects.

    moves            the tables of legal moves
    workflow         carries one out: locks, decides, writes it down
    claim_edits, verdict_drafts, translation_drafts
                     what people write before it is published
    scheduled_publications, due_publications
                     what is published at a moment to come
    duplicates       claims that may be the same
    classification   what a publisher's label amounts to
    notices          mail about moves
    removals, removal_search, removal_words
                     words that the law removes, and where they are

Imports ledger, quotes, newsroom and models. Begin with `moves`, then `workflow.move()`.
"""
