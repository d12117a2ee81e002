"""Finding articles: the query, related reading, near-duplicates and their lineage."""
