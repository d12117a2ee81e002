"""What leaves for good: a whole site in documented files, and published articles in formats that other systems read."""
