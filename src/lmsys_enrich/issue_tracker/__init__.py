"""Issue tracker: one issue that lists the dead links of a list, and its update."""
