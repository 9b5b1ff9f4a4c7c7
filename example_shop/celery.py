"""Celery application of the example shop, used where Redis is configured.

Start a worker and the clock with ``celery -A example_shop.celery worker -B``.
"""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "example_shop.settings")

app = Celery("example_shop")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
