"""The systems under test, each behind the same few methods."""
