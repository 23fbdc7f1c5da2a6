"""A run: plan, check, history, report."""
