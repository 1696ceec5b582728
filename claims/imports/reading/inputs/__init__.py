"""Inputs: `input_files` opens paths, URLs and standard input; `crawler` follows the links of a site."""
