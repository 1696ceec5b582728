"""This installation: its environment variables, version and private files.

Begin with `environment`. The settings import this package, so it imports nothing else of the project.
"""
