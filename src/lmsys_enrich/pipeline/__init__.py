"""The run itself: what to ask, asking, and what the answers mean beside what was known."""
