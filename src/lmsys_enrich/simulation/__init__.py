"""GitHub and websites on loopback: real servers, made-up facts."""
