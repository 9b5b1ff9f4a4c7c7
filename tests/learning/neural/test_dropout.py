"""Dropout from random bytes."""

import pytest

torch = pytest.importorskip("torch")

from django_recsys.learning.neural.modules.dropout import Dropout  # noqa: E402


@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 0.9])
def test_the_share_is_dropped_and_the_mean_kept(share):
    values = torch.ones(300, 1001)

    found = Dropout(share)(values)

    kept = found[found != 0]
    assert float((found == 0).float().mean()) == pytest.approx(share, abs=0.005)
    assert kept.unique().numel() == 1
    assert float(found.mean()) == pytest.approx(1.0, abs=0.03)


def test_places_fall_out_independently():
    found = Dropout(0.5)(torch.ones(4096, 64)) != 0

    together = (found[:, 1:] == found[:, :-1]).float().mean()
    across = (found[1:] == found[:-1]).float().mean()
    assert float(together) == pytest.approx(0.5, abs=0.01)
    assert float(across) == pytest.approx(0.5, abs=0.01)


def test_the_seed_decides_and_outside_training_nothing_happens():
    layer, values = Dropout(0.5), torch.ones(64)

    torch.manual_seed(3)
    first = layer(values)
    torch.manual_seed(3)

    assert torch.equal(first, layer(values))
    assert not torch.equal(first, layer(values))
    assert torch.equal(layer.eval()(values), values)


def test_only_what_stayed_has_a_gradient():
    values = torch.ones(50, 3, requires_grad=True)

    found = Dropout(0.5)(values)
    found.sum().backward()

    assert torch.equal(values.grad, found.detach())
