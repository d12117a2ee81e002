"""What the site owes each of its members: notices, a copy of what it holds about them, oblivion."""
