"""Features: Django apps that a newsroom can switch off or remove (docs/features.md).

A feature imports the core, which never imports a feature. One feature imports another only if its `apps.py` says so in
`requires`. Begin with the `apps.py` of any of them, which declares what it adds to the core.
"""
