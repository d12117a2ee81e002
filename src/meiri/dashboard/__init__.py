"""总编台: what waits, what goes out, what was published, at a glance."""
