"""A job that takes as long as a test wants: it begins, waits for a file named `go`, and says that it is done."""

import time
from pathlib import Path

from procrastinate.contrib.django import app


@app.task(name="tests.wait_for_go")
def wait_for_go(*, folder: str) -> None:
    place = Path(folder)
    (place / "begun").touch()
    while not (place / "go").exists():
        time.sleep(0.05)
    (place / "done").touch()
