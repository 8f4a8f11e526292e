"""What messages are made of, as Discord takes it."""
