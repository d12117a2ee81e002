"""Readers' comments, from writing to moderation."""
