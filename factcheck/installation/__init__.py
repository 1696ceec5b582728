"""This installation: its environment variables, version and private files.

Begin with `environment`. Settings import this, so it imports nothing of the project.
"""
