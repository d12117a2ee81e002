"""Letters from the public (群众来信), from receipt to answer."""
