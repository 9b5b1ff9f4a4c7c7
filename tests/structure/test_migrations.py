"""Our migrations are ours: no host setting makes a new one, none needs another app."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.apps import apps
from django.db import models
from django.db.migrations.loader import MigrationLoader

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("auto_field", ["AutoField", "BigAutoField", "SmallAutoField"])
def test_no_migration_is_missing_under_a_host_with(auto_field):
    command = [
        *(sys.executable, "-m", "django", "makemigrations", "django_recsys"),
        *("--check", "--dry-run", "--settings", "tests.settings"),
    ]
    changed = {"RECSYS_TEST_AUTO_FIELD": f"django.db.models.{auto_field}"}
    done = subprocess.run(
        command,
        cwd=ROOT,
        env={**os.environ, **changed},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_migrations_depend_on_no_other_app():
    loader = MigrationLoader(None, ignore_no_migrations=True)
    ours = [
        migration
        for (app_label, _name), migration in loader.disk_migrations.items()
        if app_label == "django_recsys"
    ]
    assert ours
    labels = {label for migration in ours for label, _name in migration.dependencies}
    assert labels <= {"django_recsys"}


def test_no_row_points_to_the_host():
    for model in apps.get_app_config("django_recsys").get_models():
        for field in model._meta.get_fields():
            if isinstance(field, models.ForeignKey | models.ManyToManyField):
                assert field.related_model._meta.app_label == "django_recsys"
