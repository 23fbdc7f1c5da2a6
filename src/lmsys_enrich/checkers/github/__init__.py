"""GitHub checker: links checked through its API, fifty to a hundred repositories a request."""
