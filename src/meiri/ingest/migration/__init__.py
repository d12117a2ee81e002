"""Other systems' archives: what a newsroom had before it came here, read, stored, and found at its old addresses."""
