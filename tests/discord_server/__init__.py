"""A small stand-in of Discord on loopback: gateway, REST, files, people, and what goes wrong."""
