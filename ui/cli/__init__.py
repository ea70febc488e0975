"""The command line: `fieldstone`, what an administrator does at a terminal."""

from .memory import loading


def main() -> None:
    """Run the command of the process's arguments; the entry point of `fieldstone`."""
    with loading():
        from .program import main as run
    run()


__all__ = ["main"]
