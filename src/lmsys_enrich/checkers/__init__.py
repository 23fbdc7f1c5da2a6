"""Whom to ask about a link: a forge that knows it, else the website itself."""
