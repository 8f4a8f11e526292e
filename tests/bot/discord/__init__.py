"""The bot on Discord, against the stand-in."""
