"""A small app to try the sandbox with."""
