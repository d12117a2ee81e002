"""Which content a page was made of, so that a change finds the pages it touches."""
