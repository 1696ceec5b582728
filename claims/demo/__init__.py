"""The demonstration data: an example of a newsroom at work. README.md beside this file says what it holds."""
