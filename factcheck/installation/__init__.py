"""This installation: its variables, its version, and its private files.

Begin with `environment`. Settings import this, so it imports nothing of the project.
"""
