"""Articles, the kinds of blocks of their bodies (`body/`), and the deeds of the newsroom: write, review, publish, withdraw; the river of what is published."""
