"""How cost grows with size, measured and drawn: `python -m benchmarks.growth --help`."""
