"""Lists that are Markdown documents."""
