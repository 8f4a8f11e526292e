"""Whose jobs are those that come from this machine, by page or by command."""

from engine.job import Owner

LOCAL = Owner(id="local")
