"""How messages look: a file for each kind, from what is known to a message, without effects."""
