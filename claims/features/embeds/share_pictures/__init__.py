"""The share picture of a claim, drawn on the server from its publication.

`claim_picture` says what stands in it, `paragraphs` sets texts in all scripts, `typefaces` knows which characters there
are. Pure: given a document, it asks neither the database nor anybody else.
"""
