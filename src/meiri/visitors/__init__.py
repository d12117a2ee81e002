"""Telling visitors apart for a short while without knowing them; forms, limits and refusals for what they send."""
