"""Trained models as one file of arrays and JSON; nothing in it executes on load."""

import hashlib
import io
import json
import math
import os
import zipfile
from pathlib import Path
from typing import IO, Any, cast

import numpy as np

from .data.id_map import IdMap
from .exceptions import ArtifactError, DataError
from .recommender import Recommender
from .registry import create

FORMAT = "django_recsys artifact"
FORMAT_VERSION = 1
_HEADER = "header.json"
_ITEM_IDS = "item_ids"
_SPARSE_PARTS = ("data", "indices", "indptr", "shape")
_FIXED_DATE = (1980, 1, 1, 0, 0, 0)  # the same model gives the same bytes

_FORGERIES = (
    ArithmeticError,
    AttributeError,
    LookupError,
    MemoryError,
    NotImplementedError,
    RecursionError,
    TypeError,
    ValueError,
)
"""What a header that somebody made up can lead to."""

Target = str | os.PathLike[str] | IO[bytes]


def save(recommender: Recommender, target: Target) -> str:
    """Write a fitted recommender to a path or a binary file; return its digest.

    The file holds item ids and learned arrays: no user ids and no histories. A path is
    written aside and renamed, so that no half-written file is ever read.
    """
    recommender._check_request(1)
    arrays = {_ITEM_IDS: recommender.items_.ids} | _arrays_of(recommender)
    header = {
        "format": FORMAT,
        "version": FORMAT_VERSION,
        **_spec_of(recommender),
        "arrays": list(arrays),
    }
    header["digest"] = digest = _digest(header, arrays)
    if not isinstance(target, (str, os.PathLike)):
        _write(target, header, arrays)
        return digest
    path = Path(target)
    aside = path.with_name(path.name + ".partial")
    with aside.open("wb") as file:
        _write(file, header, arrays)
    aside.replace(path)
    return digest


def load(source: Target) -> Recommender:
    """Return the recommender of a file; raises ArtifactError saying what is wrong.

    Its users are unknown: pass histories to ``recommend``. No file takes more memory
    than it is long, whoever wrote it.
    """
    header, arrays, _digest_of_file = _read(source)
    try:
        return _restored(header, arrays, IdMap(arrays[_ITEM_IDS]), "")
    except _FORGERIES as error:
        raise ArtifactError(
            f"The artifact holds what no recommender has: {error!r}."
        ) from error


def verify(source: Target) -> str:
    """Return the digest of a file whose content fits it; raises ArtifactError."""
    return _read(source)[2]


def _read(source: Target) -> tuple[dict[str, Any], dict[str, np.ndarray], str]:
    try:
        with zipfile.ZipFile(cast(Any, source)) as archive:
            _check_sizes(archive)
            header = _read_header(archive)
            arrays = {name: _read_array(archive, name) for name in header["arrays"]}
    except FileNotFoundError as error:
        raise ArtifactError(f"There is no artifact at {source}.") from error
    except (zipfile.BadZipFile, EOFError, OSError, *_FORGERIES) as error:
        raise ArtifactError(f"The artifact is damaged or foreign: {error}.") from error
    digest = header.pop("digest", None)
    if digest != _digest(header, arrays):
        raise ArtifactError("The artifact was altered: its digest does not fit.")
    return header, arrays, digest


def _restored(
    spec: dict[str, Any], arrays: dict[str, np.ndarray], items: IdMap, prefix: str
) -> Recommender:
    try:
        recommender = create(spec["algorithm"], **spec["hyperparameters"])
    except DataError as error:
        raise ArtifactError(f"This version cannot use the artifact: {error}") from error
    recommender.items_ = items
    recommender.users_ = IdMap([])
    for name in recommender.array_names:
        former = recommender.former_array_names.get(name, name)
        value = _value_of(prefix + name, arrays, prefix + former)
        setattr(recommender, name, value)
    recommender.parts_ = {
        name: _restored(part, arrays, items, f"{prefix}{name}/")
        for name, part in spec.get("parts", [])
    }
    return recommender


def _spec_of(recommender: Recommender) -> dict[str, Any]:
    """Return algorithm and hyper-parameters, those of parts too."""
    spec: dict[str, Any] = {
        "algorithm": recommender.name,
        "hyperparameters": recommender.hyperparameters,
    }
    if recommender.parts_:
        # A list, as the order counts and JSON is written with sorted keys.
        parts = recommender.parts_.items()
        spec["parts"] = [[name, _spec_of(part)] for name, part in parts]
    return spec


def _arrays_of(recommender: Recommender, prefix: str = "") -> dict[str, np.ndarray]:
    arrays = {}
    for name in recommender.array_names:
        value = getattr(recommender, name)
        if hasattr(value, "indptr"):
            for part in _SPARSE_PARTS:
                arrays[f"{prefix}{name}.{part}"] = np.asarray(getattr(value, part))
        else:
            arrays[prefix + name] = np.asarray(value)
    for name, source in recommender.parts_.items():
        arrays |= _arrays_of(source, f"{prefix}{name}/")
    return arrays


def _value_of(name: str, arrays: dict[str, np.ndarray], former: str) -> Any:
    if not {name, f"{name}.data"} & arrays.keys():
        name = former
    if name in arrays:
        return arrays[name]
    parts = [arrays.get(f"{name}.{part}") for part in _SPARSE_PARTS]
    if any(part is None for part in parts):
        raise ArtifactError(f"The artifact lacks the array {name}.")
    from scipy.sparse import csr_array

    data, indices, indptr, shape = cast(list[np.ndarray], parts)
    return csr_array((data, indices, indptr), shape=tuple(shape.tolist()))


def _digest(header: dict[str, Any], arrays: dict[str, np.ndarray]) -> str:
    digest = hashlib.sha256(json.dumps(header, sort_keys=True).encode())
    for name, array in arrays.items():
        digest.update(f"{name} {array.dtype.str} {array.shape}".encode())
        digest.update(np.ascontiguousarray(array).view(np.uint8).data)
    return digest.hexdigest()


def _write(
    file: IO[bytes], header: dict[str, Any], arrays: dict[str, np.ndarray]
) -> None:
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr(_entry(_HEADER), json.dumps(header, sort_keys=True, indent=1))
        for name, array in arrays.items():
            with archive.open(_entry(f"{name}.npy"), "w", force_zip64=True) as member:
                contents = np.ascontiguousarray(array).reshape(array.shape)
                np.lib.format.write_array(member, contents, allow_pickle=False)


def _entry(name: str) -> zipfile.ZipInfo:
    return zipfile.ZipInfo(name, date_time=_FIXED_DATE)


def _read_header(archive: zipfile.ZipFile) -> dict[str, Any]:
    header = json.loads(archive.read(_HEADER))
    if not isinstance(header, dict) or header.get("format") != FORMAT:
        raise ArtifactError("The file is no artifact of django_recsys.")
    if header.get("version") != FORMAT_VERSION:
        raise ArtifactError(
            f"The artifact has format {header.get('version')}, this version reads "
            f"{FORMAT_VERSION}: train again, or upgrade django_recsys."
        )
    names = header.get("arrays")
    if not isinstance(names, list) or not all(isinstance(each, str) for each in names):
        raise ArtifactError("The header of the artifact names no arrays.")
    if len({*names}) < len(names):
        raise ArtifactError("The header of the artifact names an array twice.")
    return header


def _check_sizes(archive: zipfile.ZipFile) -> None:
    """Refuse members that would unpack to more than the file: `save` packs nothing."""
    members = archive.infolist()
    length = cast(IO[bytes], archive.fp).seek(0, os.SEEK_END)
    is_packed = any(each.compress_type != zipfile.ZIP_STORED for each in members)
    if is_packed or sum(each.file_size for each in members) > length:
        raise ArtifactError("The artifact is foreign: it holds packed data.")


def _read_array(archive: zipfile.ZipFile, name: str) -> np.ndarray:
    contents = io.BytesIO(archive.read(f"{name}.npy"))
    _check_length(contents, name)
    array: np.ndarray = np.lib.format.read_array(contents, allow_pickle=False)
    return array


def _check_length(contents: io.BytesIO, name: str) -> None:
    """Refuse an array whose header claims more than there is: numpy would allot it."""
    version = np.lib.format.read_magic(contents)
    if version == (1, 0):
        shape, _, dtype = np.lib.format.read_array_header_1_0(contents)
    else:
        shape, _, dtype = np.lib.format.read_array_header_2_0(contents)
    left = len(contents.getbuffer()) - contents.tell()
    if min(shape, default=0) < 0 or math.prod(shape) * dtype.itemsize != left:
        raise ValueError(f"the array {name} is not as long as it says")
    contents.seek(0)
