"""Words in, exit code out; the only place that knows of terminals."""
