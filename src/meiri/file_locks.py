"""Locks of files, which hold across threads and processes and end with the last descriptor of the file that was opened."""

import fcntl


def try_lock(file) -> bool:
    """Lock `file`, a descriptor or what has one, without waiting. Whether it was free."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
