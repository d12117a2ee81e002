"""Polls (投票) in articles: readers' votes, each reader's once, and what came out of them."""
