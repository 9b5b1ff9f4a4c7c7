"""Nothing of ours can clash with a host: every shared name says whose it is."""

from pathlib import Path

from django.apps import apps
from django.core.checks.registry import registry
from django.core.management import get_commands

from django_recsys import tasks
from django_recsys.api import urls
from django_recsys.serving import cache
from django_recsys.tracking.identity import guests

PACKAGE = Path(__file__).resolve().parents[2] / "django_recsys"
OURS = ("django_recsys", "recsys")


def test_app_tables_and_indexes():
    config = apps.get_app_config("django_recsys")
    for model in config.get_models():
        assert model._meta.db_table.startswith("django_recsys_")
        names = [index.name for index in model._meta.indexes]
        names += [constraint.name for constraint in model._meta.constraints]
        assert all(name.startswith(OURS) for name in names), names


def test_addresses_cookies_and_cache_keys():
    assert urls.app_name == "django_recsys"
    assert guests.COOKIE.startswith("recsys_")
    assert cache.PREFIX == "django_recsys:"


def test_templates_static_files_and_tag_libraries():
    for kind in ("templates", "static"):
        tops = {path.name for path in (PACKAGE / kind).iterdir()}
        # The admin looks for its templates below "admin/", then below our label.
        assert tops <= {"django_recsys", "admin"}, tops
    admin = PACKAGE / "templates" / "admin"
    assert not admin.exists() or [p.name for p in admin.iterdir()] == ["django_recsys"]
    libraries = {path.stem for path in (PACKAGE / "templatetags").glob("*.py")}
    assert all(
        name.startswith("recsys") or not registers_tags(name)
        for name in libraries - {"__init__"}
    )


def registers_tags(name):
    text = (PACKAGE / "templatetags" / f"{name}.py").read_text()
    return "template.Library()" in text


def test_commands_tasks_and_checks():
    commands = [name for name, app in get_commands().items() if app == "django_recsys"]
    assert commands
    assert all(name.startswith("recsys_") for name in commands)
    names = [task.name for task in (tasks.tick_task, tasks.train_task)]
    assert all(name.startswith("django_recsys.") for name in names)
    assert "recsys" in registry.tags_available()
