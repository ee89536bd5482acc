"""The HTTP entrypoint: thin, and ignorant of every adapter."""
