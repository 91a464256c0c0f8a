"""The few things of a kind that were used last: the one cache that the page's parts have."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Recent(Generic[K, V]):
    """Up to `keep` values by key; the one unused for longest goes first. Safe from any thread."""

    def __init__(self, keep: int) -> None:
        self._keep, self._held, self._lock = keep, OrderedDict[K, V](), threading.Lock()

    def find(self, key: K, make: Callable[[], V]) -> V:
        """The value of that key, made now if it is not held; two threads never make the same at once."""
        with self._lock:
            if key not in self._held:
                self._held[key] = make()
                while len(self._held) > self._keep:
                    self._held.popitem(last=False)
            self._held.move_to_end(key)
            return self._held[key]

    def look(self, key: K) -> V | None:
        """The value of that key if it is held."""
        with self._lock:
            return self._held.get(key)

    def put(self, key: K, value: V) -> None:
        """Hold a value in place of the one that is held, if any."""
        with self._lock:
            self._held.pop(key, None)
        self.find(key, lambda: value)

    def __iter__(self) -> Iterator[K]:
        with self._lock:
            return iter(list(self._held))
