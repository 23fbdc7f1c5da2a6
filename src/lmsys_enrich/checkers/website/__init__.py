"""Website checker: follows redirects, detects bot walls and outages, classifies responses."""
