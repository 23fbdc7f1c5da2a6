"""Courtesy towards hosts: scheduling, rate limits, robots.txt, retries."""
