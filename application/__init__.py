"""What the service can do, in its own words: the domain and the ports it needs."""
