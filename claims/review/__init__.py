"""The workflow: the moves of claims, verdicts and translations, who may make them, and their effects.

    moves            the tables of legal moves
    workflow         makes a move: locks, checks and records it
    claim_edits, verdict_drafts, translation_drafts edit claims and drafts before publication
    scheduled_publications, due_publications publications scheduled for later
    duplicates       claims that may be the same
    classification   the rating classes of publishers' labels
    notices          mail about moves
    removals, removal_search, removal_words removals required by law, and where the words are stored

Imports ledger, quotes, newsroom and models. Begin with `moves`, then `workflow.move()`.
"""
