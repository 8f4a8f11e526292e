"""The API of our own: everything that the page can do."""
