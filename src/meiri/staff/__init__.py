"""Looking up press cards (人员查询)."""
