"""Threads that work in parallel and signal their progress to each other."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextvars import copy_context
from functools import partial
from queue import SimpleQueue
from threading import Thread


class _Left(Exception):
    """The leader has ended and waits for no follower."""


class Link:
    """Two one-way queues of signals between a leader and one follower.

    A queue wakes a waiting thread in a few microseconds. An event or a barrier takes several times
    as long, which matters for mini-batches of a tenth of a millisecond.
    """

    def __init__(self) -> None:
        self._down: SimpleQueue[BaseException | None] = SimpleQueue()
        self._up: SimpleQueue[BaseException | None] = SimpleQueue()

    def tell_follower(self, error: BaseException | None = None) -> None:
        """Let the follower go on, or end it with an error."""
        self._down.put(error)

    def wait_for_leader(self) -> None:
        """Wait for the next ``tell_follower``; raise the error that it brings."""
        _raise(self._down.get())

    def tell_leader(self, error: BaseException | None = None) -> None:
        """Let the leader go on, or end it with an error."""
        self._up.put(error)

    def wait_for_follower(self) -> None:
        """Wait for the next ``tell_leader``; raise the error that it brings."""
        _raise(self._up.get())


def _raise(error: BaseException | None) -> None:
    if error is not None:
        raise error


class _Follower(Thread):
    """A thread that runs the calls it is sent, one at a time.

    It works in the context of the thread that starts it, to which NumPy's error state belongs.
    """

    def __init__(self) -> None:
        super().__init__(target=copy_context().run, args=(self._serve,), daemon=True)
        self._calls: SimpleQueue[tuple[Callable[[Link], None], Link] | None] = SimpleQueue()
        self._ended: SimpleQueue[None] = SimpleQueue()
        self._n_running = 0
        self.start()

    def _serve(self) -> None:
        while (call := self._calls.get()) is not None:
            function, link = call
            error: BaseException | None = None
            try:
                function(link)
            except BaseException as raised:
                error = raised
            # The last signal of a follower: a waiting leader receives it, or the error.
            link.tell_leader(error)
            self._ended.put(None)

    def send(self, function: Callable[[Link], None], link: Link) -> None:
        self._calls.put((function, link))
        self._n_running += 1

    def wait(self) -> None:
        while self._n_running:
            self._ended.get()
            self._n_running -= 1

    def stop(self) -> None:
        self._calls.put(None)
        self.join()


def _run_or_release(
    function: Callable[[Link], None], release: Callable[[], None], link: Link
) -> None:
    try:
        function(link)
    except BaseException:
        release()
        raise


class Team:
    """The calling thread, which leads, and ``n_followers`` more, until :meth:`close`."""

    def __init__(self, n_followers: int) -> None:
        self._followers: list[_Follower] = []
        self._links: list[Link] = []
        try:
            for _ in range(n_followers):
                self._followers.append(_Follower())
        except BaseException:
            self.close()
            raise

    def run(
        self,
        lead: Callable[[Sequence[Link]], None],
        follow: Sequence[Callable[[Link], None]],
        release: Callable[[], None] = lambda: None,
    ) -> None:
        """Run ``lead`` here and each of ``follow`` in a thread; return when all have ended.

        An error in any of them ends all, and is raised here. ``lead`` must wait for as many
        signals as the followers send. ``release`` ends what they wait for beside links; an error
        calls it in the thread where it occurs.
        """
        followers = self._followers[: len(follow)]
        links = self._links = [Link() for _ in followers]
        try:
            for follower, function, link in zip(followers, follow, links, strict=True):
                follower.send(partial(_run_or_release, function, release), link)
            lead(links)
            for link in links:
                link.wait_for_follower()
        finally:
            release()
            self._release()
            for follower in followers:
                follower.wait()

    def close(self) -> None:
        """End the threads, also those that an interrupted :meth:`run` has left waiting."""
        self._release()
        for follower in self._followers:
            follower.stop()

    def _release(self) -> None:
        for link in self._links:
            link.tell_follower(_Left())
