"""Whether anybody can fetch the artifacts: the check and the doctor say the same."""

import pytest
from django.conf import settings as project
from django.core.checks import run_checks
from django.core.files.storage import InMemoryStorage
from django.utils import timezone

from django_recsys.operations.machine_findings import examine_storage
from django_recsys.training import get_artifact_storage, is_public

FILES = "django.core.files.storage.FileSystemStorage"


class SignedBucket(InMemoryStorage):
    """Stands for a storage of django-storages, which have these attributes."""

    querystring_auth = True
    default_acl: str | None = None

    def url(self, name):
        return f"https://bucket.example/{name}?signature=0f"


class OpenBucket(SignedBucket):
    querystring_auth = False


class ReadableBucket(SignedBucket):
    default_acl = "public-read"


def folder(location, **options):
    return {"BACKEND": FILES, "OPTIONS": {"location": location, **options}}


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        (folder("{tmp}/own"), False),
        (folder("{tmp}/own", base_url=None), False),
        (folder("{tmp}/own", base_url="/models/"), True),
        (folder("{tmp}/own", base_url="https://cdn.example/"), True),
        (folder("{tmp}/own", base_url="/media/"), False),
        (folder("{tmp}/media"), True),
        (folder("{tmp}/media/recsys", base_url=None), True),
        (folder("{tmp}/mediator"), False),
        (folder("{tmp}/static/recsys"), True),
        ({"BACKEND": f"{__name__}.SignedBucket"}, False),
        ({"BACKEND": f"{__name__}.OpenBucket"}, True),
        ({"BACKEND": f"{__name__}.ReadableBucket"}, True),
        ({"BACKEND": "django.core.files.storage.InMemoryStorage"}, False),
    ],
)
def test_check_and_doctor_agree_on_a_storage(settings, tmp_path, entry, expected):
    settings.MEDIA_ROOT = str(tmp_path / "media")
    settings.MEDIA_URL = "/media/"
    settings.STATIC_ROOT = str(tmp_path / "static")
    options = dict(entry.get("OPTIONS", {}))
    if options:
        options["location"] = options["location"].format(tmp=tmp_path)
    settings.STORAGES = {**project.STORAGES, "models": {**entry, "OPTIONS": options}}
    settings.RECSYS = {**project.RECSYS, "STORAGE": "models"}
    assert said_in_three_places() == (expected, expected, expected)


@pytest.mark.parametrize("is_served", [True, False])
def test_check_and_doctor_agree_on_our_own_folder(settings, tmp_path, is_served):
    settings.BASE_DIR = tmp_path
    settings.MEDIA_ROOT = str(tmp_path if is_served else tmp_path / "media")
    settings.RECSYS = {**project.RECSYS, "STORAGE": None}
    assert said_in_three_places() == (is_served, is_served, is_served)


def said_in_three_places():
    warned = {message.id for message in run_checks(tags=["recsys"])}
    [finding] = examine_storage(timezone.now())
    assert finding.state in ("ok", "warn"), finding
    assert finding.detail.endswith("is private") == (finding.state == "ok")
    return (
        is_public(get_artifact_storage()),
        "django_recsys.W001" in warned,
        finding.state == "warn",
    )
