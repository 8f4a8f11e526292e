"""Measures the engine on a graphics card, with models of real size that need no files."""
