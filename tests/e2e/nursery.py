"""A process that has imported the application and forks a server for whoever asks: importing it takes three seconds.

Each line of its input is `{"environ", "arguments", "log"}`; it answers with the number of the process. The server is
what `python app.py ARGUMENTS` would be in that environment, with its output in the file `log`.
"""

import json
import os
import signal
import sys
from typing import Any

from formloom.app import main


def attend() -> None:
    """Serve the input until it ends."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # ended servers leave nothing behind
    for line in sys.stdin:
        asked = json.loads(line)
        child = os.fork()
        if child == 0:
            _become(asked)
        print(child, flush=True)


def _become(asked: dict[str, Any]) -> None:
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    log = os.open(asked["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    nothing = os.open(os.devnull, os.O_RDONLY)
    for old, new in ((nothing, 0), (log, 1), (log, 2)):
        os.dup2(old, new)
    os.environ.clear()
    os.environ.update(asked["environ"])
    sys.argv = ["app.py", *asked["arguments"]]
    try:
        main()
    finally:
        os._exit(0)


if __name__ == "__main__":
    attend()
