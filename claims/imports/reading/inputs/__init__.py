"""Inputs: `places` opens what a person names, `crawler` follows a site, `packed_files` decompresses."""
