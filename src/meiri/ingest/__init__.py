"""Bringing articles in from pages, pastes, texts, Word files, archives and records; taking them out again."""
