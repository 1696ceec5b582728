"""Where files come from: `places` opens whatever a person names, `crawler` follows a site, `packed_files` unpacks."""
