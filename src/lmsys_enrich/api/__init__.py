"""APIs of forges and registries: one HTTP client, rate limits, results."""
