"""Reader of Markdown lists."""
