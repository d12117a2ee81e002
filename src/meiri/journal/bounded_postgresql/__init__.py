"""Django's PostgreSQL, for a server whose work another one can do: it is waited for no longer than a second, and never written to."""
