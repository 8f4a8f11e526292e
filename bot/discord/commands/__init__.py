"""A file for each thing that people can ask for: its command, and what its buttons do."""
