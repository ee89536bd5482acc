"""How much somebody may ask."""
