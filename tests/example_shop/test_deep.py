"""Beat, worker and subprocess bring deep models onto a household's home page."""

import os
import subprocess
import sys
from importlib.util import find_spec

import pytest

from example_shop.setup import deep, deep_extra
from tests.conftest import missing


@pytest.mark.slow
def test_a_worker_trains_them_and_the_home_page_shows_them(tmp_path):
    if find_spec("torch") is None:
        missing("torch is not installed")
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "example_shop.settings"}
    module = "tests.example_shop.made_up_start"
    command = [
        sys.executable,
        "-m",
        module,
        "made-up",
        "--data",
        str(tmp_path),
        "--check",
    ]
    first = subprocess.run(
        [*command, "--deep"], env=environment, capture_output=True, text=True
    )
    log = (tmp_path / "worker.log").read_text()
    assert first.returncode == 0, first.stdout + first.stderr + log
    assert "what sasrec foretells" in first.stdout
    assert "what gru foretells" in first.stdout
    assert "products by sasrec" in first.stdout
    assert "django_recsys.tick" in log
    assert "django_recsys.train" in log

    second = subprocess.run(
        [*command, "--deep"], env=environment, capture_output=True, text=True
    )
    assert second.returncode == 0, second.stdout + second.stderr
    assert "A Celery beat" not in second.stdout, "a second start trains nothing"


@pytest.mark.django_db
def test_without_torch_it_says_what_to_install(monkeypatch, tmp_path):
    from django_recsys.learning import registry

    monkeypatch.setitem(registry.EXTRA_MODULES, "neural", "no_such_module")
    assert [*deep.train_deep(tmp_path)] == [
        "sasrec needs: pip install 'django-recsys[neural]'"
    ]


def test_a_slow_machine_may_be_given_more_minutes(monkeypatch, tmp_path):
    started = []
    monkeypatch.setattr(deep, "end", lambda worker: None)
    monkeypatch.setattr(
        subprocess, "Popen", lambda command, **given: started.append(given["env"])
    )
    monkeypatch.delenv("RECSYS_SHOP_TRAINING_MINUTES", raising=False)
    with deep.worker_with_beat(tmp_path):
        monkeypatch.setenv("RECSYS_SHOP_TRAINING_MINUTES", "9")
    with deep.worker_with_beat(tmp_path):
        pass
    said = [each["RECSYS_SHOP_TRAINING_MINUTES"] for each in started]
    assert said == [deep.MINUTES_PER_TRAINING, "9"]


def test_nothing_is_installed_unless_asked(monkeypatch):
    called = []
    monkeypatch.setattr(deep_extra, "find_spec", lambda name: None)
    monkeypatch.setattr(subprocess, "call", lambda command: called.append(command) or 0)
    assert deep_extra.main(["--check"]) == 0
    assert called == []
    assert deep_extra.main(["--check", "--deep"]) == 0
    assert called[0][-1] == "django-recsys[neural]"
