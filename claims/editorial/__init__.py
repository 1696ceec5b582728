"""The API for newsroom tools, /api/v1/editorial/: what the desk can do, for programs with a token.

Imports what the desk imports; nothing imports it. Bodies are read strictly (`strict_bodies`), and what
they ask for is done by the functions that the desk calls. Begin with `urls`, then `claims` and `verdicts`.
"""
