"""Pictures, with the sizes and formats that pages offer."""
