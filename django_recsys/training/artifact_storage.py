"""Where the files of trained models lie."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.core.files import File
from django.core.files.storage import FileSystemStorage, Storage, storages

from django_recsys.conf import get_settings
from django_recsys.learning import ArtifactError, Recommender, load, save, verify
from django_recsys.resilience.log_once import logger

FOLDER = "recsys"
WORK = "work"
"""Below the artifacts: what is of use to a running training alone."""
PRIVATE = 0o700
SUFFIX = ".npz"
PARTIAL = ".partial"


def get_artifact_storage() -> Storage:
    """Return the storage that RECSYS["STORAGE"] names, else a private folder.

    The folder lies beside the project, outside of MEDIA_ROOT, for a model tells what
    people bought.
    """
    alias = get_settings().STORAGE
    if alias is not None:
        return storages[alias]
    return FileSystemStorage(
        own_folder(),
        base_url=None,
        file_permissions_mode=0o600,
        directory_permissions_mode=PRIVATE,
    )


def is_public(storage: Storage) -> bool:
    """Say whether a web server, or a bucket, hands the storage's files to anybody."""
    if not isinstance(storage, FileSystemStorage):
        return has_open_addresses(storage)
    # By default base_url is MEDIA_URL, whose files are those of MEDIA_ROOT alone.
    if storage.base_url not in (None, FileSystemStorage().base_url):
        return True
    roots = [root for root in (settings.MEDIA_ROOT, settings.STATIC_ROOT) if root]
    folder = Path(storage.location).resolve()
    return any(folder.is_relative_to(Path(root).resolve()) for root in roots)


def has_open_addresses(storage: Any) -> bool:
    """Say whether a bucket of django-storages gives addresses without a signature."""
    acl = str(getattr(storage, "default_acl", None) or "")
    is_unsigned = getattr(storage, "querystring_auth", True) is False
    # "public-read" at Amazon, "publicRead" at Google.
    return is_unsigned or acl.lower().startswith("public")


def own_folder() -> Path:
    """Return the folder that is ours where the host names no storage."""
    return Path(getattr(settings, "BASE_DIR", Path.cwd())) / FOLDER


def working_folder() -> Path:
    """Return a private folder of this machine, made where it is missing."""
    try:
        folder = Path(get_artifact_storage().path(WORK))
    except NotImplementedError:  # a storage far away
        folder = own_folder() / WORK
    folder.mkdir(mode=PRIVATE, parents=True, exist_ok=True)
    return folder


@contextmanager
def packed_artifact(recommender: Recommender) -> Iterator[tuple[str, IO[bytes]]]:
    """Yield the name of a fitted recommender's file, and its content.

    The name is made of the digest of the content, so that the same is stored once.
    """
    with tempfile.TemporaryFile() as file:
        digest = save(recommender, file)
        file.seek(0)
        yield f"{recommender.name}/{digest}{SUFFIX}", file


def store_artifact(name: str, content: IO[bytes]) -> None:
    """Store a file whole or not at all, and read it again.

    What an earlier process left half written under the name is replaced. Raises
    ArtifactError where what was stored is not what was written, and OSError.
    """
    storage = get_artifact_storage()
    if storage.exists(name):
        try:
            verify_artifact(name)
            return
        except ArtifactError:
            logger.warning("The stored file %s is damaged and is written anew.", name)
            storage.delete(name)
    try:
        storage.path(name)
    except NotImplementedError:  # a bucket: an upload is seen when it is complete
        storage.save(name, File(content))
    else:
        write_aside(storage, name, content)
    verify_artifact(name)


def write_aside(storage: Storage, name: str, content: IO[bytes]) -> None:
    """Write a file beside its place, make it last, and rename it."""
    aside = name + PARTIAL
    storage.delete(aside)
    try:
        storage.save(aside, File(content))
        with open(storage.path(aside), "rb") as written:
            os.fsync(written.fileno())
        os.replace(storage.path(aside), storage.path(name))
    finally:
        storage.delete(aside)


def verify_artifact(name: str) -> None:
    """Raise ArtifactError where a stored file is gone, damaged or another one."""
    storage = get_artifact_storage()
    if not storage.exists(name):
        raise ArtifactError(f"There is no file {name}.")
    with storage.open(name, "rb") as file:
        digest = verify(as_binary(file))
    if digest != Path(name).name.partition(".")[0].partition("_")[0]:
        raise ArtifactError(f"The file {name} holds another model.")


def delete_artifact(name: str) -> None:
    """Delete a stored file, and what a killed process left of it."""
    storage = get_artifact_storage()
    for each in (name, name + PARTIAL):
        storage.delete(each)


def load_artifact(name: str) -> Recommender:
    """Return the recommender of a stored file; raises ArtifactError."""
    with get_artifact_storage().open(name, "rb") as file:
        return load(as_binary(file))


def as_binary(file: Any) -> Any:
    """Return the file object under Django's wrapper, which zipfile can seek in."""
    return getattr(file, "file", file)
