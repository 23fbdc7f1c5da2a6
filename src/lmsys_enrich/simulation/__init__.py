"""Simulated forges, services and websites on loopback: real servers, invented facts."""
