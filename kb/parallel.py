"""A function over many items on all cores, results in the order of the items, memory bounded."""

from __future__ import annotations

import gc
import multiprocessing
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


# So many new objects wait for the garbage collector, instead of Python's 700: what the workers make is freed when it
# is no longer referred to, and looking for cycles in between took a seventh of their time.
GARBAGE_WAITS = (50_000, 20, 50)


def in_order(function: Callable[[Item], Result], items: Iterable[Item], workers: int) -> Iterator[Result]:
    """`map` in worker processes; at most a few items wait at a time. `workers` of 1 is plain `map`."""
    if workers == 1:
        yield from map(function, items)
        return
    # A forked child of a process with DuckDB's threads could hang: workers start afresh.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, mp_context=context, initializer=gc.set_threshold, initargs=GARBAGE_WAITS) as pool:
        waiting: deque[Future[Result]] = deque()
        for item in items:
            waiting.append(pool.submit(function, item))
            if len(waiting) > 2 * workers:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
