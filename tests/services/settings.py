"""The test host as a grown shop runs it: a file or server database, Redis, Celery."""

import os

from tests.databases import database_from_url
from tests.settings import *  # noqa: F403
from tests.settings import RECSYS

DATABASES = {"default": database_from_url(os.environ["RECSYS_HOST_DATABASE_URL"])}
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": os.environ["RECSYS_HOST_REDIS_URL"],
        "KEY_PREFIX": "recsys-test",
    },
}
RECSYS = {**RECSYS, "TASKS": "celery"}

CELERY_BROKER_URL = os.environ["RECSYS_HOST_BROKER_URL"]
CELERY_TASK_DEFAULT_QUEUE = os.environ["RECSYS_HOST_QUEUE"]
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BEAT_SCHEDULE = {
    "recommendations": {"task": "django_recsys.tick", "schedule": 2.0},
}
