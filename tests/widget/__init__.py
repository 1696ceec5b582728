"""The script for other sites, and the extension that shares its anchors, in a browser."""
