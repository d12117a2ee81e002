"""Coroutines in tests that are none."""

import asyncio
from concurrent.futures import ThreadPoolExecutor


def run(work):
    """What a coroutine returns, in a thread of its own: that of the test may have an event loop already."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, work).result()
