"""Parts of an installation on several machines: their configuration, and programs to test it."""
