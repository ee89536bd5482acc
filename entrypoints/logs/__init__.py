"""What the service says of itself: one line an event, to standard error, never with a secret."""
