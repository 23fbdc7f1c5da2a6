"""Links on GitHub, answered through its API: fifty repositories in one question."""
