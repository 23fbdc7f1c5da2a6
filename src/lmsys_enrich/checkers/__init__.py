"""Checkers of links: by the API of a forge or registry that knows them, else by their website."""
