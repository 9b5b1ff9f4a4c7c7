import sys
from io import StringIO

from django.core.management import call_command

from django_recsys.models import RecommenderConfig
from django_recsys.training.jobs.queue import request_training
from tests.hosts.toys.toy import Toy


class Shop(Toy):
    def prove(self) -> None:
        before = RecommenderConfig.objects.get(key="popular").serving_id
        request_training(["popular"], trigger="admin", is_forced=True)
        call_command("recsys_tick", stdout=StringIO())
        assert RecommenderConfig.objects.get(key="popular").serving_id != before
        del sys.modules["celery"]  # else the walk would find it "loaded"
