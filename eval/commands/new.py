"""stub"""


def new() -> None:
    """Stub."""
