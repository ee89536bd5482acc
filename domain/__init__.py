"""What is true of tasks whatever the technology: standard library only."""
