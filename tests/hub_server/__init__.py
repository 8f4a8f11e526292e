"""A small stand-in of the hub on loopback, with everything that can go wrong there."""
