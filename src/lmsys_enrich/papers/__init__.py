"""Identifiers and titles of papers: the paper that an address names, and the comparison of titles."""
