"""The commands of `manage.py` and their reports. A command parses its arguments and delegates."""
