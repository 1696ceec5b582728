"""The picture that goes with a claim wherever its address is shared: drawn on the server, from what is published alone.

`claim_picture` says what stands in it, `paragraphs` sets texts in all scripts, `typefaces` knows which characters there
are. Pure: given a document, it asks neither the database nor anybody else.
"""
