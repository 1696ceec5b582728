"""The intake of readers' messages: pages without scripts, and two API endpoints.

They read publications and store messages, and have no access to drafts, reviews or the desk. An import contract
enforces this, as for `claims.public`, to which they would belong if they did not write. Begin with
`complaint_page`.
"""
