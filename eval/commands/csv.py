"""stub"""


def csv() -> None:
    """Stub."""
