"""Values in dictionaries: for tests and for trying things out. Nothing outlives the process."""
