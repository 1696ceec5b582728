"""Quotes in texts: pinned to their place (`anchors`), looked up for a person who pastes one (`quote_places`), followed
when a text changed (`followed_quotes`, on `alignment`). W3C Web Annotation: TextQuoteSelector and TextPositionSelector.

    changed_sources   a new snapshot: appearances follow their words, or are orphaned
    quote_fates       and what became of words that publications quote is noted, for `quote_standing` to tell
    lost_quotes       orphaned ones, with the places that they may be

Imports models and `sources`. `anchors`, `quoted_places` and `followed_quotes`, with all that this rests on, are pure:
`alignment` of `text_parts`, then `quoted_speech` (who says it) and `copies` (is it the original). Begin with
`followed_quotes`.
"""
