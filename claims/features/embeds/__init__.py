"""Claims on other sites: cards in frames, a widget script, oEmbed, lists in frames, and share pictures.

Adds to the core: the pages `/claims/<id>/card/`, `/claims/<id>/image.png`, `/oembed/`, `/widget.js` and
`/widgets/list/`, and on a claim's page the embed code and the tags for previews (`claim_page`). It has no
tables. Begin with `cards`. `embed_themes` lets the embedding site choose colours; `share_pictures/` draws the
picture that shows a shared claim.

The feature reads only publications. Other sites may put only these pages in frames.
"""
