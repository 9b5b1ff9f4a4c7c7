"""The test host as a grown shop runs it: a file or server database, Redis, Celery."""

import os

from kombu import Queue

from tests.databases import database_from_url
from tests.settings import *  # noqa: F403
from tests.settings import INSTALLED_APPS, RECSYS

DATABASES = {"default": database_from_url(os.environ["RECSYS_HOST_DATABASE_URL"])}
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": os.environ["RECSYS_HOST_REDIS_URL"],
        "KEY_PREFIX": "recsys-test",
    },
}
RECSYS = {**RECSYS, "TASKS": "celery", "RESCORE_SECONDS": 2}

CELERY_BROKER_URL = os.environ["RECSYS_HOST_BROKER_URL"]
CELERY_TASK_DEFAULT_QUEUE = os.environ["RECSYS_HOST_QUEUE"]
# A broker that others use keeps nothing of the test.
CELERY_TASK_QUEUES = [Queue(CELERY_TASK_DEFAULT_QUEUE, auto_delete=True)]
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
if "RECSYS_HOST_BEAT_ROWS" in os.environ:
    INSTALLED_APPS = [*INSTALLED_APPS, "django_celery_beat"]
else:
    CELERY_BEAT_SCHEDULE = {
        "recommendations": {"task": "django_recsys.tick", "schedule": 2.0},
    }
