"""The API for newsroom tools, /api/v1/editorial/: the functions of the desk, for programs with a token.

Imports the same modules as the desk; no other package imports this one. Bodies are read strictly (`strict_bodies`), and
the functions that the desk calls do the work. Begin with `urls`, then `claims` and `verdicts`.
"""
