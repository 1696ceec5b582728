"""Inputs: `places` opens paths, URLs and standard input, `crawler` follows a site, `packed_files` decompresses."""
