"""The intake of readers' messages: pages without scripts, and two API endpoints.

They read what is published, take in what is sent, and know nothing of drafts, reviews and the desk: an import contract
holds that, as for `claims.public`, beside which they would stand if they did not write. Begin with `complaint_page`.
"""
