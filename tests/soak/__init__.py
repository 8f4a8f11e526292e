"""The soak: everything at once for a long time, with faults, while all promises are watched."""
