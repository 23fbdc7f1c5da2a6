"""Cluster: websites checked by several processes or machines, each host by one of them at a time."""
