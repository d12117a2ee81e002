"""Measurements of Meiri."""
