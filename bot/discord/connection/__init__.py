"""The connection to Discord: how the bot comes in, stays in, and asks for things."""
