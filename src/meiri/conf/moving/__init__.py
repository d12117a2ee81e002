"""A site from one database to another: every row, and a proof that each arrived."""
