"""Bringing articles in from pages, texts, Word files, archives and records; taking them out again."""
