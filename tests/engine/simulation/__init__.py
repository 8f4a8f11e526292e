"""Easel with a card that is only simulated."""
