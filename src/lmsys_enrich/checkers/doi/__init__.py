"""DOIs: links proved, and facts fetched, through Crossref, DataCite and doi.org."""
