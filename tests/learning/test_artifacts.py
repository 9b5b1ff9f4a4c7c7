import io
import json
import zipfile

import numpy as np
import pytest

from django_recsys.learning import artifacts
from django_recsys.learning.algorithms.ease.ease import EASE
from django_recsys.learning.algorithms.popular import Popular
from django_recsys.learning.artifacts import load, save, verify
from django_recsys.learning.exceptions import ArtifactError, NotFittedError
from django_recsys.testing import checkerboard


@pytest.fixture
def saved() -> bytes:
    file = io.BytesIO()
    save(EASE(regularization=2.0).fit(checkerboard()), file)
    return file.getvalue()


def rewritten(saved: bytes, change) -> io.BytesIO:
    target = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(saved)) as old,
        zipfile.ZipFile(target, "w") as new,
    ):
        for name in old.namelist():
            new.writestr(name, change(name, old.read(name)))
    return target


def with_header(saved: bytes, **values) -> io.BytesIO:
    def change(name, contents):
        if name != "header.json":
            return contents
        return json.dumps(json.loads(contents) | values)

    return rewritten(saved, change)


def test_path_is_written_whole_and_renamed(tmp_path):
    path = tmp_path / "model.npz"
    digest = save(Popular().fit(checkerboard()), path)
    assert len(digest) == 64
    assert [each.name for each in tmp_path.iterdir()] == ["model.npz"]
    assert load(path).is_fitted


def test_unfitted_recommender_is_not_saved():
    with pytest.raises(NotFittedError):
        save(Popular(), io.BytesIO())


def test_truncated_file_is_refused(saved):
    for length in (0, 10, len(saved) // 2, len(saved) - 5):
        with pytest.raises(ArtifactError):
            load(io.BytesIO(saved[:length]))


@pytest.mark.parametrize("foreign", [b"", b"hello", b"\x80\x04N."])
def test_foreign_file_is_refused(foreign):
    with pytest.raises(ArtifactError, match="damaged or foreign"):
        load(io.BytesIO(foreign))


def test_foreign_archive_is_refused():
    file = io.BytesIO()
    np.savez(file, a=np.arange(3))
    file.seek(0)
    with pytest.raises(ArtifactError):
        load(file)


def test_pickled_array_is_never_read(saved):
    array = io.BytesIO()
    np.save(array, np.array([{}], dtype=object), allow_pickle=True)
    changed = rewritten(
        saved, lambda name, old: array.getvalue() if "weights" in name else old
    )
    with pytest.raises(ArtifactError):
        load(changed)


def test_altered_array_is_refused(saved):
    array = io.BytesIO()
    np.save(array, np.zeros((16, 16), dtype=np.float32))
    changed = rewritten(
        saved, lambda name, old: array.getvalue() if "weights" in name else old
    )
    with pytest.raises(ArtifactError, match="altered"):
        load(changed)


def test_altered_hyperparameters_are_refused(saved):
    with pytest.raises(ArtifactError, match="altered"):
        load(with_header(saved, hyperparameters={"regularization": 5.0}))


def test_newer_format_asks_for_an_upgrade(saved):
    with pytest.raises(ArtifactError, match="format 2, this version reads 1"):
        load(with_header(saved, version=2))


@pytest.mark.parametrize("arrays", [["no_such"], "text", None, [3]])
def test_header_that_names_no_arrays_is_refused(saved, arrays):
    with pytest.raises(ArtifactError):
        load(with_header(saved, arrays=arrays))


def test_algorithm_that_no_longer_exists_is_refused(saved, monkeypatch):
    from django_recsys.learning.registry import ALGORITHMS

    monkeypatch.delitem(ALGORITHMS, "ease")
    with pytest.raises(ArtifactError, match="cannot use the artifact"):
        load(io.BytesIO(saved))


def test_artifact_without_a_learned_array_is_refused(saved, monkeypatch):
    monkeypatch.setattr(EASE, "array_names", ("not_there_",))
    with pytest.raises(ArtifactError, match="lacks the array not_there_"):
        load(io.BytesIO(saved))


def test_absent_file_raises(tmp_path):
    with pytest.raises(ArtifactError, match="no artifact at"):
        load(tmp_path / "none.npz")


def test_format_version_is_the_one_documented():
    assert artifacts.FORMAT_VERSION == 1


def test_header_of_another_format_is_refused(saved):
    with pytest.raises(ArtifactError, match="no artifact of django_recsys"):
        load(with_header(saved, format="something else"))


def forged(saved: bytes, **values) -> io.BytesIO:
    """A header that somebody made up, with a digest that fits it."""
    with zipfile.ZipFile(io.BytesIO(saved)) as archive:
        header = json.loads(archive.read("header.json")) | values
        header.pop("digest")
        arrays = {
            name: np.load(io.BytesIO(archive.read(f"{name}.npy")))
            for name in header["arrays"]
            if isinstance(name, str) and f"{name}.npy" in archive.namelist()
        }
    header["digest"] = artifacts._digest(header, arrays)
    return with_header(saved, **header)


@pytest.mark.parametrize(
    "values",
    [
        {"algorithm": ["ease"]},
        {"algorithm": None},
        {"hyperparameters": None},
        {"hyperparameters": {"no_such": 1}},
        {"hyperparameters": ["regularization"]},
        {"parts": 7},
        {"parts": [["a", {}]]},
        {"parts": [["a"]]},
        {"arrays": []},
    ],
)
def test_forged_header_is_an_error_with_a_sentence(saved, values):
    with pytest.raises(ArtifactError):
        load(forged(saved, **values))


def test_header_of_endless_depth_is_refused(saved):
    deep = "[" * 200_000
    changed = rewritten(saved, lambda name, old: deep if "header" in name else old)
    with pytest.raises(ArtifactError):
        load(changed)


def test_array_named_twice_is_refused(saved):
    with pytest.raises(ArtifactError, match="names an array twice"):
        load(with_header(saved, arrays=["item_ids", "item_ids"]))


def test_packed_archive_is_refused_before_it_is_unpacked(saved):
    """1.7 MB of it took 2.1 GB."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("header.json", bytes(50_000_000))
    with pytest.raises(ArtifactError, match="holds packed data"):
        load(target)


@pytest.mark.parametrize("shape", [(1 << 40,), (1 << 20, 1 << 20), (3,), (-1, 16)])
def test_array_that_claims_another_length_is_refused(saved, shape):
    array = io.BytesIO()
    np.lib.format.write_array_header_1_0(
        array, {"descr": "<f4", "fortran_order": False, "shape": shape}
    )
    array.write(bytes(16))
    changed = rewritten(
        saved, lambda name, old: array.getvalue() if "weights" in name else old
    )
    with pytest.raises(ArtifactError, match="not as long as it says"):
        load(changed)


def test_digest_is_checked_without_a_recommender(saved):
    digest = json.loads(zipfile.ZipFile(io.BytesIO(saved)).read("header.json"))
    assert verify(io.BytesIO(saved)) == digest["digest"]
    with pytest.raises(ArtifactError):
        verify(io.BytesIO(saved[:-40]))
