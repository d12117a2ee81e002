"""Proofing while writing (校对提示): words, marks, numbers, names and dates that look wrong in a text, each with its reason."""
