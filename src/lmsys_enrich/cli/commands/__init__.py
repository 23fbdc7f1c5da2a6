"""Commands: one module each, or one for two related commands, with `add_arguments` and `execute`."""
