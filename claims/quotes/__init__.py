"""Quotes in texts: anchored (`anchors`), located for a person who pastes one (`locations`), and followed when
a text changed (`followed_quotes`, on `alignment`). W3C Web Annotation: TextQuoteSelector and
TextPositionSelector.

    changed_sources   a new snapshot: appearances follow their words, or are orphaned
    bounded_comparison  two texts compared in a confined process
    history       and what became of words that publications quote is noted, for `status` to tell
    lost_quotes       orphaned ones, with the places that they may be

Imports models and `sources`. `anchors`, `highlights` and `followed_quotes`, with all that this rests on, are pure:
`alignment` of `text_parts`, then `quoted_speech` (the speaker) and `duplicate_passages` (is it the original). Begin
with `followed_quotes`.
"""
