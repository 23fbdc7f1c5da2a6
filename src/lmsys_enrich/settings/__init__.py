"""Settings: names, meanings, defaults and sources."""
