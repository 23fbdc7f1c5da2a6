"""Command line: arguments in, exit code out; the only layer that knows terminals."""
