"""Running the site: the jobs that run by the clock, which node runs each, and how each ended last."""
