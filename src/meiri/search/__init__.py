"""Finding articles: the query, related reading."""
