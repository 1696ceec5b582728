"""Features: Django apps that a newsroom can switch off or remove (docs/features.md).

A feature imports the core, which never imports a feature. One feature imports another only if its `apps.py`
lists the other in `requires`. To understand a feature, begin with its `apps.py`, which declares what the
feature adds to the core.
"""
