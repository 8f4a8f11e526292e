"""How people are told how far a job is, and how it ended."""
