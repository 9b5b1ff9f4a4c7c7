"""Where the files of trained models lie."""

import tempfile
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files import File
from django.core.files.storage import FileSystemStorage, Storage, storages

from django_recsys.conf import get_settings
from django_recsys.learning import Recommender, load, save

FOLDER = "recsys"
WORK = "work"
"""Below the artifacts: what is of use to a running training alone."""
PRIVATE = 0o700


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


def save_artifact(recommender: Recommender) -> str:
    """Store a fitted recommender under the digest of its content; return its name.

    The same content is stored once, and a file is never written over.
    """
    storage = get_artifact_storage()
    with tempfile.TemporaryFile() as file:
        digest = save(recommender, file)
        name = f"{recommender.name}/{digest}.npz"
        if not storage.exists(name):
            file.seek(0)
            name = storage.save(name, File(file))
    return name


def load_artifact(name: str) -> Recommender:
    """Return the recommender of a stored file; raises ArtifactError."""
    with get_artifact_storage().open(name, "rb") as file:
        return load(as_binary(file))


def as_binary(file: Any) -> Any:
    """Return the file object under Django's wrapper, which zipfile can seek in."""
    return getattr(file, "file", file)
