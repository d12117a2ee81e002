"""What leaves the site for machines: structured data, feeds, the public API."""
