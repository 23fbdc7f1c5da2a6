"""APIs of forges and registries: one HTTP client, rate limits, retries and results for all of them."""
