"""Lists as their maintainers wrote them, read into catalogs; every mistake told with its place."""
