"""Claims on other sites: cards in frames, a widget script, oEmbed, lists in frames, and the picture of a shared claim.

Adds to the core: the pages `/claims/<id>/card/`, `/claims/<id>/image.png`, `/oembed/`, `/widget.js` and
`/widgets/list/`, and on a claim's page the code to paste and the tags for previews (`claim_page`). It has no tables.
Begin with `cards`. `frame_looks` lets the surrounding site choose colours; `share_pictures/` draws
the picture.

Only publications are read, and only these pages may be framed by others.
"""
