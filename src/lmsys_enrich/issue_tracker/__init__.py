"""The one issue that tells which links of a list are dead: what it says, and how it is kept current."""
