"""`index.html`: everything on one page that needs no network."""
