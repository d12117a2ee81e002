"""Pages as files: rendered once, served without the database, made again when what they show changes; the edition in traditional script."""
