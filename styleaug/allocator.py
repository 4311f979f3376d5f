"""What glibc does with memory that was freed.

By itself it gives large blocks back to the system and fetches them again page by page: 16 MB for every layer at
256 × 256 pixels, nearly half of the time that a decode takes in a thread on a CPU.
"""

import ctypes
import sys

KEPT_BYTES = 256 * 2**20
"""Most that stays with the process where nothing uses it."""
_LARGEST_BLOCK = 32 * 2**20  # the most that glibc takes from its own memory; larger ones always come from the system
_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD, _M_ARENA_MAX = -1, -3, -8  # malloc.h


def keep_freed_memory() -> bool:
    """Let this process keep what it freed, in one place for all threads: a thread's own holds no more than 64 MB.

    For a program to call as it starts, before it has threads.

    Returns:
        whether that can be said here: the C library must be glibc.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None) if sys.platform == "linux" else None
    if mallopt is None:
        return False
    wanted = ((_M_MMAP_THRESHOLD, _LARGEST_BLOCK), (_M_TRIM_THRESHOLD, KEPT_BYTES), (_M_ARENA_MAX, 1))
    return all(mallopt(option, value) == 1 for option, value in wanted)
