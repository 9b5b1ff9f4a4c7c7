"""A shop whose database and files an older code wrote goes on as if nothing was.

Each folder below `before` is loaded into a database of each kind, migrated, and looked
at in a process of its own; see `upgrade.py` for what is done there.
"""

import json
import os
import subprocess
import sys
import uuid
from contextlib import contextmanager

import pytest

from tests.conftest import missing, reachable
from tests.services.conftest import MARIADB, POSTGRES, statement
from tests.upgrade.before import ROOT, all_before

SERVERS = {"postgres": POSTGRES, "mariadb": MARIADB}
CASES = {
    f"{before.folder.name}-{database}": (before, database)
    for before in all_before()
    for database in ("sqlite", *SERVERS)
}


@contextmanager
def empty_database(kind, folder):
    """Give the address of an empty database and drop it afterwards."""
    if kind == "sqlite":
        yield f"sqlite:///{folder / 'shop.sqlite3'}"
        return
    variable, default = SERVERS[kind]
    server = os.environ.get(variable, default)
    if not reachable(server, 5432 if kind == "postgres" else 3306):
        missing(f"no server answers at {server}")
    name = f"recsys_upgrade_{uuid.uuid4().hex[:12]}"
    statement(server, f"CREATE DATABASE {name}")
    try:
        yield f"{server.rsplit('/', 1)[0]}/{name}"
    finally:
        statement(server, f"DROP DATABASE {name}")


@pytest.fixture(scope="module", params=CASES.values(), ids=CASES)
def upgraded(request, tmp_path_factory):
    """Upgrade once; give the folder, and a function that tells what was seen."""
    before, kind = request.param
    folder = tmp_path_factory.mktemp("upgrade")
    storage = folder / "storage"
    storage.mkdir()
    command = [sys.executable, "-W", "error::DeprecationWarning", "-m"]
    with empty_database(kind, folder) as url:
        done = subprocess.run(
            [*command, "tests.upgrade.upgrade", str(before.folder)],
            cwd=ROOT,
            env={
                **os.environ,
                "RECSYS_TEST_DATABASE_URL": url,
                "RECSYS_TEST_STORAGE": str(storage),
                "OMP_NUM_THREADS": "1",
            },
            capture_output=True,
            text=True,
            check=False,
            timeout=240,
        )
    assert done.returncode == 0, done.stderr
    seen = json.loads(done.stdout)

    def look(name):
        assert "found" in seen[name], seen[name]["failed"]
        return seen[name]["found"]

    return before, look


def test_no_row_is_lost(upgraded):
    before, seen = upgraded
    assert seen("counts") == before.read("about")["counts"]


def test_what_is_stored_is_not_stored_again(upgraded):
    before, seen = upgraded
    roads = ["backfill", "import", "tick", "daily tick"]
    caught_up = seen("catch-up")
    assert caught_up["recorded"] == dict.fromkeys(roads, 0)
    assert all(caught_up["read"][road] > 0 for road in roads)
    assert caught_up["pruned"] == 0
    table = "django_recsys.interaction"
    stored = before.read("about")["counts"][table]
    assert seen("counts after the catch-up")[table] == stored


def test_an_order_replaces_what_a_signal_told_before(upgraded):
    _before, seen = upgraded
    then, now = seen("late orders")["told"]
    assert now == then
    assert len(then) == 1


def test_who_buys_by_email_is_who_did_before(upgraded):
    _before, seen = upgraded
    then, now = seen("late orders")["by email"]
    assert len(now) == len(then) + 1
    assert len({visitor_key for visitor_key, _item in now}) == 1


@pytest.mark.parametrize("moment", ["migration", "catch-up"])
def test_lists_are_served_throughout(upgraded, moment):
    before, seen = upgraded
    shown = before.read("shown")
    served = seen(f"lists after the {moment}")
    for query, then, now in zip(
        shown["queries"], shown["serving"], served, strict=True
    ):
        assert now == then, query


def test_pages_show_the_same_blocks(upgraded):
    before, seen = upgraded
    pages = seen("pages")
    for then, now in zip(before.read("shown")["pages"], pages, strict=True):
        on_page: set[str] = set()
        assert now.keys() == then["blocks"].keys()
        for key, items in then["blocks"].items():
            # Blocks of a page repeat nothing; they did when these were stored.
            kept = [item for item in items if item not in on_page]
            assert now[key][: len(kept)] == kept
            assert len(now[key]) == len(items)
            assert on_page.isdisjoint(now[key])
            on_page.update(now[key])


def test_doctor_finds_nothing_broken(upgraded):
    _before, seen = upgraded
    assert seen("doctor fails") == []


def test_files_of_all_trained_models_load(upgraded):
    before, seen = upgraded
    models = before.read("about")["counts"]["django_recsys.trainedmodel"]
    artifacts = seen("artifacts")
    assert len(artifacts) == models
    assert not any(artifacts.values()), artifacts


def test_forms_open_with_the_stored_settings_and_keep_them(upgraded):
    _before, seen = upgraded
    forms = dict(seen("forms"))
    # That plugin is not installed any more: its page opens and says so.
    assert forms.pop("gone") == [[], [], ["__all__"]]
    assert forms == dict.fromkeys(forms, [[], [], []])
    assert sum(key.startswith("own-") for key in forms) > 20


def test_draft_is_adopted(upgraded):
    _before, seen = upgraded
    assert seen("draft") == {"page": 200, "is left": False, "lacks": []}


@pytest.mark.parametrize(("key", "version"), [("poor", 2), ("my-knn", 4)])
def test_stored_settings_train(upgraded, key, version):
    _before, seen = upgraded
    assert seen("trained")[key] == {
        "status": "promoted",
        "version": version,
        "is compared with what served": True,
    }


def test_a_model_of_before_serves_again(upgraded):
    before, seen = upgraded
    assert seen("rolled back") == {"recommender": "my-knn", "version": 3}
    shown = before.read("shown")
    mine = [
        place
        for place, query in enumerate(shown["queries"])
        if query["placement"] == "winter"
    ]
    now = [seen("lists after the rollback")[place] for place in mine]
    assert now == [shown["newest_of_my_knn"][place] for place in mine]
    assert now != [shown["serving"][place] for place in mine]
