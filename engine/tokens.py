"""Tokens: what opens something elsewhere and stands in our environment for other programs' sake.

No log has them, and no child but the one that needs it.
"""

HUB = "HF_TOKEN"
MODAL = frozenset({"MODAL_TOKEN_ID", "MODAL_TOKEN_SECRET"})
RAY = "RAY_AUTH_TOKEN"
TOKENS = frozenset({HUB, RAY, *MODAL})
