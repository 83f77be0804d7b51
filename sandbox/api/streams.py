"""streams.* — see below."""
