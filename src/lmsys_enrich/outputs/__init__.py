"""Outputs: functions from a report to files. None uses the network."""
