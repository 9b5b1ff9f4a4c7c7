"""A full disk, or a killed process, leaves half a file."""

import errno
from io import BytesIO
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage
from django.utils import timezone

from django_recsys.exceptions import PromotionError
from django_recsys.learning import ArtifactError
from django_recsys.models import RecommenderConfig, TrainedModel
from django_recsys.operations.machine_findings import examine_artifacts
from django_recsys.training import get_artifact_storage, promote, roll_back
from django_recsys.training.artifact_storage import (
    PARTIAL,
    load_artifact,
    store_artifact,
    verify_artifact,
)
from django_recsys.training.jobs.runner import train_now
from django_recsys.training.release.cleanup import remove_leftovers
from tests.factories import make_interaction, make_products

pytestmark = pytest.mark.django_db


@pytest.fixture
def trained(settings, tmp_path):
    own = {**settings.STORAGES["recsys"], "OPTIONS": {"location": str(tmp_path)}}
    settings.STORAGES = {**settings.STORAGES, "recsys": own}
    make_interaction("user:1", make_products(1)[0])
    train_now(["popular"])
    return RecommenderConfig.objects.get(key="popular").serving


def place_of(trained_model: TrainedModel) -> Path:
    return Path(get_artifact_storage().path(trained_model.artifact))


def truncate(trained_model: TrainedModel) -> None:
    path = place_of(trained_model)
    path.write_bytes(path.read_bytes()[:-100])


def test_the_next_training_of_the_same_writes_a_damaged_file_anew(trained):
    truncate(trained)
    with pytest.raises(ArtifactError):
        load_artifact(trained.artifact)

    train_now(["popular"])

    again = RecommenderConfig.objects.get(key="popular").serving
    assert again.artifact == trained.artifact
    assert load_artifact(again.artifact).is_fitted


def test_a_full_disk_leaves_nothing_and_keeps_what_was_there(trained, monkeypatch):
    whole = FileSystemStorage._save

    def full(storage, name, content):
        whole(storage, name, ContentFile(content.read(100)))
        raise OSError(errno.ENOSPC, "No space left on device")

    before = place_of(trained).read_bytes()
    monkeypatch.setattr(FileSystemStorage, "_save", full)
    name = trained.artifact.replace("popular/", "popular/9")
    with pytest.raises(OSError, match="No space"):
        store_artifact(name, BytesIO(before))

    assert place_of(trained).read_bytes() == before
    assert [each.name for each in place_of(trained).parent.iterdir()] == [
        Path(trained.artifact).name
    ]


def test_what_was_stored_is_read_again_before_anything_serves_from_it(trained):
    with pytest.raises(ArtifactError):
        store_artifact("popular/abc.npz", BytesIO(b"half a model"))
    with pytest.raises(ArtifactError, match="holds another model"):
        store_artifact("popular/abc.npz", BytesIO(place_of(trained).read_bytes()))


def test_a_damaged_model_is_not_promoted_by_hand(trained):
    train_now(["popular"])
    truncate(trained)

    with pytest.raises(PromotionError, match="is unusable"):
        promote(trained, by="test")
    with pytest.raises(PromotionError, match="is unusable"):
        roll_back(RecommenderConfig.objects.get(key="popular"), by="test")
    place_of(trained).unlink()
    with pytest.raises(PromotionError, match="There is no file"):
        promote(trained, by="test")


def test_the_doctor_reads_the_files_of_what_serves(trained):
    assert list(examine_artifacts(timezone.now())) == []
    truncate(trained)

    [found] = examine_artifacts(timezone.now())

    assert (found.name, found.state) == ("model file", "fail")
    assert "recsys_train popular" in found.remedy


def test_files_of_killed_runs_are_swept(trained):
    """The row is there before the file: it leads to whatever was left."""
    name = "popular/" + "0" * 64 + ".npz"
    TrainedModel.objects.create(
        recommender=trained.recommender,
        version=99,
        algorithm="popular",
        artifact=name,
        data_until=timezone.now(),
    )
    for left in (name, name + PARTIAL):
        get_artifact_storage().save(left, BytesIO(b"half"))

    remove_leftovers()

    assert [each.name for each in place_of(trained).parent.iterdir()] == [
        Path(trained.artifact).name
    ]
    verify_artifact(trained.artifact)
