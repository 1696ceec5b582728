"""Who does what by when, and what is said beside the work.

Imports newsroom and models; the workflow of `claims.review`, articles and imports may call it, and the desk shows it.
"""
