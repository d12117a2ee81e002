"""Pages as files: rendered once, served without the database, made again when what they show changes; the editions in traditional script and in large type."""
