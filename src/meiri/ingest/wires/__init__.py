"""Wires (通稿): what arrives by itself, from an address, a folder, a post or a mailbox, and what becomes of it."""
