"""The demonstration data: an example newsroom. README.md here describes it."""
