"""What a run needs at its end alone, loaded while it waits for others."""

from importlib import import_module
from threading import Thread


def load_meanwhile(module: str) -> None:
    """
    Begin to import a module, and all that it imports, in a thread.

    Whoever imports it afterwards has it at once, or waits for the rest of it. A
    program that ends before that waits for nothing.
    """
    Thread(target=import_module, args=(module,), name=f"loading {module}", daemon=True).start()
