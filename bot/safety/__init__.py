"""What may be answered at all: triage and routing before retrieval, and the rail over whatever leaves."""
