"""Checker of links on GitLab, gitlab.com and self-hosted ones."""
