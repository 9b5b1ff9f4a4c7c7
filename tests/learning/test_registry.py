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


def test_missing_extra_names_what_to_install(monkeypatch):
    monkeypatch.setitem(registry.EXTRA_MODULES, "neural", "torch_is_not_installed")
    with pytest.raises(
        MissingExtraError, match=r"sasrec needs: pip install 'django-recsys\[neural\]'"
    ):
        registry.create("sasrec")


def test_what_an_algorithm_declares_is_read_without_its_extra(monkeypatch):
    monkeypatch.setitem(registry.EXTRA_MODULES, "neural", "torch_is_not_installed")
    assert registry.get_recommender_class("sasrec").name == "sasrec"
