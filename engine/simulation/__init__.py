"""Easel with a card that is only simulated: what of it is not the card is the real program."""
