"""Quotes in texts: anchor them (`anchors`), locate one that a person pastes (`locations`), and follow them when a
text changes (`followed_quotes`, on `alignment`). W3C Web Annotation: TextQuoteSelector and TextPositionSelector.

    changed_sources     after a new snapshot, move appearances with their words, or mark them as orphaned
    bounded_comparison  compare two texts in a sandboxed process
    history             record the status of published quotes, which `status` reads

Imports models and `sources`. `anchors`, `highlights` and `followed_quotes` are pure, and so are the modules they use:
`alignment` of `text_parts`, then `quoted_speech` (is it the same speaker?) and `duplicate_passages` (is it the
original?). Begin with `followed_quotes`.
"""
