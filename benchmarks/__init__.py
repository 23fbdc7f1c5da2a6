"""Whole processes measured beside their peers and against what physics allows: `make bench`."""
