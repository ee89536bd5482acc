"""Taskhaven beside what its users could have instead: `python -m benchmarks.compare --help`."""
