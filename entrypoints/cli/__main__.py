"""`python -m entrypoints.cli`, where the installed command is not on the path."""

from entrypoints.cli import main

main(prog_name="taskhaven")
