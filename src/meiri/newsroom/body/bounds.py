"""Bounds of the texts of blocks, in characters. Whoever reads files of outsiders imports them too, in a process without Django."""

LONGEST_HEADING = 80
LONGEST_CAPTION = 200
LONGEST_ADDRESS = 2000
