"""The share picture of a claim, drawn on the server from its publication.

`claim_picture` has the layout, `paragraphs` sets texts in all scripts, and `typefaces` lists the characters
of each font. Pure functions: they use only the given document, and neither the database nor the network.
"""
