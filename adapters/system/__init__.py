"""What the machine gives: time and randomness."""
