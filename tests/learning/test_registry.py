import pytest

from django_recsys.learning import registry
from django_recsys.learning.exceptions import DataError, MissingExtraError


@pytest.mark.parametrize("name", registry.ALGORITHMS)
def test_class_carries_its_registered_name(name):
    cls = registry.get_recommender_class(name)
    assert cls.name == name
    assert cls.__doc__


def test_create_sets_hyperparameters():
    assert registry.create("ease", regularization="12").regularization == 12.0


def test_unknown_algorithm_lists_the_known_ones():
    with pytest.raises(DataError, match="no algorithm 'magic'; there are: popular, "):
        registry.create("magic")


def test_wrong_hyperparameter_raises():
    with pytest.raises(DataError, match=r"ease\.regularization is -2"):
        registry.create("ease", regularization=-2)


@pytest.fixture
def needs_torch(monkeypatch, tmp_path):
    package = tmp_path / "needs_torch.py"
    package.write_text("import torch_is_not_installed\n")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setitem(registry.ALGORITHMS, "deep", ("needs_torch.Deep", "neural"))


def test_missing_extra_says_what_to_install(needs_torch, monkeypatch):
    monkeypatch.setitem(registry.EXTRA_MODULES, "neural", "torch_is_not_installed")
    with pytest.raises(
        MissingExtraError, match=r"pip install 'django-recsys\[neural\]"
    ):
        registry.create("deep")


def test_another_missing_module_is_a_bug_and_says_so(needs_torch):
    with pytest.raises(ModuleNotFoundError, match="torch_is_not_installed"):
        registry.create("deep")
