"""What people type into options, and what they are offered while they type."""
