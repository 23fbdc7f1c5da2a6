"""The commands, a module each: `ABOUT`, `add_arguments` and `execute`."""
