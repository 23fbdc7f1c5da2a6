"""arXiv: links proved, and facts fetched, through its API."""
