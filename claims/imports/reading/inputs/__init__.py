"""What is read: `places` opens as files whatever a person names, `crawler` follows a site, `packed_files` unpacks."""
