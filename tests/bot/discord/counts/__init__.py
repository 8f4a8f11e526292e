"""What Discord does to a bot in a year, in large counts."""
