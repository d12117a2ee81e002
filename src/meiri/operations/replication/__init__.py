"""A replica: a copy of an SQLite site elsewhere that is never more than about a second old, encrypted on its way (MEIRI_REPLICATE_TO).

Litestream writes each change of the database into files of a folder of this machine; those, the media files and the originals of
reprints are encrypted and copied to the target by a process of `meiri serve`. docs/backups.md says how a site comes back from it.
"""
