"""Accounts: readers who are members, staff who work in the newsroom; what members keep and follow."""
