"""Channels, stations, topics and the navigation that leads to them."""
