"""A person's Ctrl+C, remembered: a library that is at work may lose the exception which Python raises for it."""

from __future__ import annotations

import signal
import threading
from types import FrameType

_asked = threading.Event()


def watch() -> None:
    """Remember from now on that a person pressed Ctrl+C. A handler that somebody else set is left alone."""
    _asked.clear()
    if threading.current_thread() is threading.main_thread() and signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, _remember)


def stop_if_asked() -> None:
    """The last look before something is stored for good.

    Raises
    ------
    KeyboardInterrupt : a person pressed Ctrl+C since `watch`, whatever became of that signal on its way
    """
    if _asked.is_set():
        raise KeyboardInterrupt


def _remember(number: int, frame: FrameType | None) -> None:
    _asked.set()
    signal.default_int_handler(number, frame)
