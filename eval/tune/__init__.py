"""Training of the low-rank updates that ship: what makes published encoders read messages (`safety`), questions (`answers`) and
claims (`support`)."""
