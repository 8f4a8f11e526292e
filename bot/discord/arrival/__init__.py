"""What becomes of an interaction from when it arrives until somebody asks for pictures."""
