"""A shop that is browsed and recorded in: `python -m tests.training.traffic STOP_FILE`.

Prints, as JSON, the milliseconds of every read and of every write, and the errors.
"""

import json
import logging
import random
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import django

BREATH = 0.004


def repeat(work: Callable[[], None], stop: Path, found: dict[str, list]) -> None:
    while not stop.exists():
        began = time.perf_counter()
        try:
            work()
        except Exception as error:
            found["errors"].append(repr(error))
        found["milliseconds"].append(1000 * (time.perf_counter() - began))
        time.sleep(BREATH)


def main(stop: Path) -> None:
    django.setup()
    from django_recsys.serving import recommend_for
    from django_recsys.tracking import record_interaction

    failures: list[str] = []
    handler = logging.Handler()
    handler.emit = lambda record: failures.append(record.getMessage())
    logging.getLogger("django_recsys").addHandler(handler)

    def read() -> None:
        visitor = f"user:{random.randrange(6000)}"
        answer = recommend_for("recommended", visitor_key=visitor)
        assert len(answer) == 12, answer

    def write() -> None:
        visitor = f"user:{random.randrange(6000)}"
        record_interaction(visitor_key=visitor, item=random.randint(1, 80), kind="view")

    read()
    found = {
        name: {"milliseconds": [], "errors": failures} for name in ("read", "write")
    }
    threads = [
        threading.Thread(target=repeat, args=(work, stop, found[work.__name__]))
        for work in (read, write)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    print(json.dumps(found))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
