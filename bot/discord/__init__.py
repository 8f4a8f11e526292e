"""Discord: the same use cases by slash commands, messages and buttons."""
