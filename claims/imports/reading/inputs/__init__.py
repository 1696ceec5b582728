"""Inputs: `places` opens and decompresses paths, URLs and standard input; `crawler` follows the links of a site."""
