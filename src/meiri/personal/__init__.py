"""What the site owes each member: notices, a copy of what every app holds about them, oblivion."""
