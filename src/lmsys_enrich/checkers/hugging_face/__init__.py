"""Checker of links on Hugging Face."""
