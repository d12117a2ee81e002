"""Pages that editors lay out: home, special topics, magazine, standard pages; site settings, friend links."""
