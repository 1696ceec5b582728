"""The intake of readers' messages: pages without scripts, and two API endpoints.

They read publications and store messages, and cannot access drafts, reviews or the desk. An import contract enforces
this, as it does for `claims.public`, where these modules would be if they did not write. Begin with `complaint_page`.
"""
