"""stub"""


def gaps() -> None:
    """Stub."""
