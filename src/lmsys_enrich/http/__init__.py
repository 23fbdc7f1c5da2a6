"""How we speak to hosts: one request at a time, politely, and what may come back."""
