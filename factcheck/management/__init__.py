"""The commands that run the site: `demo` and `serve`."""
