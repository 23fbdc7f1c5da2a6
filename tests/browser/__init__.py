"""The page in a real browser: what those who use it see, hear and press."""
