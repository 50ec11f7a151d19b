"""Training of the low-rank updates that ship: what makes all-MiniLM-L6-v2 read messages (`safety`) and questions (`answers`)."""
