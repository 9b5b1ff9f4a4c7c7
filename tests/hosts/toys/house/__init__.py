"""What the toy hosts share: base models, a page, and a check of the host's own."""
