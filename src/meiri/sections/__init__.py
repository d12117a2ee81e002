"""Channels, stations, their sub-columns, topics and the navigation that leads to them."""
