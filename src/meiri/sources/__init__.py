"""Reprints: the register of sources that may be reprinted (稿源), the originals that are kept as evidence, what was changed of them."""
