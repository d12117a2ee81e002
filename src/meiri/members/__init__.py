"""Accounts: readers who are members, staff who work in the newsroom."""
