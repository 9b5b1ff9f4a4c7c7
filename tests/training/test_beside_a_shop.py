"""A shop on SQLite, with the write-ahead log that the docs ask for, goes on."""

import json
import sqlite3
import time
from contextlib import closing

import numpy as np

VISITORS = 6000


def test_visitors_and_the_recording_wait_for_nothing(make_file_shop):
    shop = make_file_shop(visitors=VISITORS, purchases=12)
    with sqlite3.connect(shop.database) as connection:
        connection.execute("PRAGMA journal_mode=wal")
    connection.close()
    shop.train("popular", "ease", "--force")
    stop = shop.folder / "stop"

    traffic = shop.start("-m", "tests.training.traffic", str(stop))
    runs = shop.train("ease", "--force")
    stop.touch()
    out, error = traffic.communicate(timeout=60)

    assert traffic.returncode == 0, error
    found = json.loads(out)
    assert runs[0]["status"] == "promoted"
    assert shop.value("SELECT count(*) FROM django_recsys_storedrecommendations") > (
        2 * VISITORS
    )
    for name in ("read", "write"):
        assert found[name]["errors"] == []
        assert len(found[name]["milliseconds"]) > 100
        p99 = np.percentile(found[name]["milliseconds"], 99)
        assert p99 < 100


def test_shop_writes_while_old_rows_are_pruned(make_file_shop):
    shop = make_file_shop(visitors=1500, purchases=20)
    shop.rows("UPDATE django_recsys_interaction SET occurred_at = '2001-01-01'")

    pruning = shop.start("-m", "django", "recsys_prune", "--json")
    milliseconds = []
    with closing(sqlite3.connect(shop.database, timeout=20)) as connection:
        while pruning.poll() is None:
            began = time.perf_counter()
            with connection:
                connection.execute("UPDATE shop_product SET stock = stock + 1")
            milliseconds.append(1000 * (time.perf_counter() - began))
            time.sleep(0.01)
    out, error = pruning.communicate()

    assert json.loads(out) == {"pruned": 30_000}, error
    assert len(milliseconds) > 50
    # Django's own timeout: a page that waits longer fails. How short the pauses are
    # is tested where they are made, without a clock.
    assert max(milliseconds) < 5000
