"""What a run shows: a table in the terminal, a page, JUnit XML."""
