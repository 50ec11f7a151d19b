"""stub"""


def table() -> None:
    """Stub."""
