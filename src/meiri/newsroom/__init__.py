"""Articles and the deeds of the newsroom: write, review, publish, withdraw; the river of what is published."""
