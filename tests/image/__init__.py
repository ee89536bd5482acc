"""What the Dockerfile makes, without an engine to make it."""
