"""Every knob, told once: its name, meaning and default, and where its value comes from."""
