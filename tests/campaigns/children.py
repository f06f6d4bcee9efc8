"""Running something in a process of its own, which may be killed."""

import os
import signal
import sys
import time
import traceback
from collections.abc import Callable
from pathlib import Path

from builder.errors import BuilderError

TOLD, CRASHED = 3, 70  # exit codes: the product said what is wrong; it did not expect that


def in_a_child(action: Callable[[], object], patience: float = 60.0, said: Path | None = None) -> int:
    """Run something in a process of its own, killed when patience ends; return how it ended.

    0: well, -9: killed, ``TOLD``: by an error of the product, whose words are written to ``said``, ``CRASHED``: by
    another, whose traceback is.
    """
    sys.stdout.flush()
    child = os.fork()
    if child == 0:
        os._exit(_carry_out(action, said))
    end = time.monotonic() + patience
    while time.monotonic() < end:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.001)
    os.kill(child, signal.SIGKILL)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def _carry_out(action: Callable[[], object], said: Path | None) -> int:
    write = os.write  # what is tested may put others in its place
    try:
        action()
    except BuilderError as problem:
        ended, words = TOLD, str(problem)
    except BaseException:  # noqa: BLE001  the parent looks at it
        ended, words = CRASHED, traceback.format_exc()
    else:
        return 0
    if said is not None:
        descriptor = os.open(said, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        write(descriptor, words.encode())
    return ended
