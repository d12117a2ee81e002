"""Planning (报题、选题、值班): ideas and who works at them, the duty roster, what was published by whom."""
