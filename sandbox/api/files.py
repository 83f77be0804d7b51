"""files.* — see below."""
