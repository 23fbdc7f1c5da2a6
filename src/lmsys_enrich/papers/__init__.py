"""Papers as identifiers and titles: which paper an address names, and whether two titles are one."""
