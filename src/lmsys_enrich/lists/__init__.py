"""Readers of lists: files become catalogs, and every mistake is reported with its location."""
