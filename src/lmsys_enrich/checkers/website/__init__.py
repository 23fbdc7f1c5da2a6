"""Asks websites whether a link is alive."""
