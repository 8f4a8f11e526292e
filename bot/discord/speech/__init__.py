"""What is said on Discord, in the language of whoever reads it."""
