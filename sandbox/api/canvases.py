"""canvases.* — see below."""
