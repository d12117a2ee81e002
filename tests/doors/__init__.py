"""A robot that opens every door of a running site: each role, each address, each button."""
