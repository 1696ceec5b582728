"""The intake of readers' messages: pages without scripts, and two API endpoints.

These modules read publications and store messages, and cannot access drafts, reviews or the desk. An import contract
enforces this, as for `claims.public`, where these modules would be if they did not write. Begin with `complaint_page`.
"""
