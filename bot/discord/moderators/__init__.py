"""What moderators may do, and where they read what was done."""
