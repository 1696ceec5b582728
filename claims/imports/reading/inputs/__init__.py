"""Inputs: `places` opens and decompresses paths, URLs and standard input, `crawler` follows a site."""
