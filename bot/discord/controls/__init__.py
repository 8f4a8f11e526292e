"""What comes back from messages: buttons that were pressed, forms that were filled in."""
