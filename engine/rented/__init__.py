"""Painters on rented machines: the messages of a child, as bytes in a stream for each picture."""
