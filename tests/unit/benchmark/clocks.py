"""A clock for variants that are trained in the process of a test."""

from collections.abc import Mapping

from threadpoolctl import threadpool_info


class Recorder:
    """Counts epochs and keeps what a variant reports of them.

    ``most_threads`` are those of the largest pool of BLAS or OpenMP that was there at the end of
    any epoch.
    """

    def __init__(self) -> None:
        self.notes: list[str] = []
        self.parts: list[dict[str, float]] = []
        self.most_threads = 0
        self._running = False

    @property
    def epochs(self) -> int:
        """How many have ended."""
        return len(self.parts)

    def start(self) -> None:
        """An epoch begins."""
        assert not self._running
        self._running = True

    def stop(self, parts: Mapping[str, float] | None = None) -> None:
        """An epoch ends."""
        assert self._running
        self._running = False
        self.parts.append(dict(parts or {}))
        pools = [pool["num_threads"] for pool in threadpool_info()]
        self.most_threads = max([self.most_threads, *pools])

    def note(self, text: str) -> None:
        """The variant tells what it chose."""
        assert not self._running
        self.notes.append(text)


def keep_made(monkeypatch, module, name):
    """Everything that the function or class ``name`` of a module returns from now on, in a list."""
    make, made = getattr(module, name), []

    def keep(*arguments, **named):
        made.append(make(*arguments, **named))
        return made[-1]

    monkeypatch.setattr(module, name, keep)
    return made
