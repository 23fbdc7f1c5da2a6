"""Storage of findings between runs: the cache, and the outputs last written."""
