import math

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from django_recsys.learning.neural.modules.base import Network  # noqa: E402
from django_recsys.learning.neural.training import losses  # noqa: E402 (needs torch)
from django_recsys.learning.neural.training.losses import Targets  # noqa: E402

ITEMS, SIZE, STATES = 40, 6, 600


class Table(Network):
    """Item vectors and nothing else."""

    n_items = ITEMS

    def __init__(self):
        super().__init__()
        self.weight = torch.nn.Parameter(torch.randn(ITEMS, SIZE, dtype=torch.double))

    def item_vectors(self):
        return self.weight

    def vectors_of(self, items):
        return self.weight[items]


@pytest.fixture(autouse=True)
def _seed():
    with torch.random.fork_rng():
        torch.manual_seed(2)
        yield


@pytest.fixture
def table():
    return Table()


@pytest.fixture
def hidden():
    return torch.randn(STATES, SIZE, dtype=torch.double, requires_grad=True)


@pytest.fixture
def targets():
    rows = torch.sort(torch.randint(STATES, (900,)))[0]
    weights = torch.rand(900, dtype=torch.double)
    return Targets(rows=rows, items=torch.randint(ITEMS, (900,)), weights=weights)


def reference(hidden, targets, table):
    """Cross-entropy as torch has it."""
    values = torch.nn.functional.cross_entropy(
        (hidden @ table.weight.T)[targets.rows], targets.items, reduction="none"
    )
    return (values * targets.weights).sum() / targets.weights.sum()


def test_full_softmax_is_that_of_torch_and_so_are_its_gradients(hidden, targets, table):
    ours = losses.full_softmax(hidden, targets, table)
    gradients = torch.autograd.grad(3 * ours, (hidden, table.weight))
    theirs = reference(hidden, targets, table)
    expected = torch.autograd.grad(3 * theirs, (hidden, table.weight))
    assert ours.item() == pytest.approx(theirs.item(), rel=1e-9)
    for one, other in zip(gradients, expected, strict=True):
        torch.testing.assert_close(one, other)


def test_sampled_softmax_estimates_the_full_one(hidden, targets, table):
    counts = np.arange(ITEMS) ** 2
    # Several times as many as items, so that an item stands for less than itself.
    loss = losses.sampled_softmax(8 * ITEMS, counts)
    values = [loss(hidden, targets, table).item() for _ in range(60)]
    full = reference(hidden, targets, table).item()
    assert np.mean(values) == pytest.approx(full, rel=0.05)


def test_a_target_is_never_its_own_negative(table):
    # Its own vector is far ahead, so as a negative it would cost log 2 and more.
    hidden = 50 * table.weight[:1].detach()
    targets = Targets(torch.tensor([0]), torch.tensor([0]), torch.ones(1).double())
    assert (
        losses.sampled_softmax(4 * ITEMS, np.ones(ITEMS))(hidden, targets, table).item()
        < 1e-6
    )


@pytest.mark.parametrize("negatives", [1, 8, ITEMS - 1])
def test_gbce_raises_the_right_part_to_the_power_of_its_paper(table, negatives):
    # A state of zero makes every sigmoid a half, so only the counts are left.
    hidden = torch.zeros(1, SIZE, dtype=torch.double)
    targets = Targets(torch.tensor([0]), torch.tensor([1]), torch.ones(1).double())
    value = losses.gbce(negatives)(hidden, targets, table).item()
    rate = negatives / (ITEMS - 1)
    power = rate * (0.75 * (1 - 1 / rate) + 1 / rate)
    assert value / math.log(2) == pytest.approx(power + negatives)


def test_bce_has_one_negative(table):
    hidden = torch.zeros(1, SIZE, dtype=torch.double)
    targets = Targets(torch.tensor([0]), torch.tensor([1]), torch.ones(1).double())
    value = losses.binary(hidden, targets, table).item()
    assert value == pytest.approx(2 * math.log(2))


def test_in_batch_softmax_corrects_for_what_is_often_there(table):
    counts = np.full(ITEMS, 1.0)
    counts[0] = 1000.0
    targets = Targets(
        torch.arange(2), torch.tensor([0, 1]), torch.ones(2, dtype=torch.double)
    )
    hidden = torch.zeros(2, 1, SIZE, dtype=torch.double)
    plain = losses.in_batch_softmax(1, np.ones(ITEMS))(hidden, targets, table)
    corrected = losses.in_batch_softmax(1, counts)(hidden, targets, table)
    # Item 0 is surely there and item 1 hardly ever: its score is raised.
    assert corrected.item() != pytest.approx(plain.item())


def test_of_several_interests_the_nearest_learns(table):
    hidden = torch.zeros(1, 2, SIZE, dtype=torch.double)
    hidden[0, 1] = table.weight[5].detach()
    hidden.requires_grad_()
    targets = Targets(torch.tensor([0]), torch.tensor([5]), torch.ones(1).double())
    loss = losses.in_batch_softmax(8, np.ones(ITEMS))(hidden, targets, table)
    loss.backward()
    assert not hidden.grad[0, 0].any()
    assert hidden.grad[0, 1].any()


@pytest.mark.parametrize(
    ("name", "items", "expected"),
    [("auto", 20_000, "full_softmax"), ("auto", 20_001, "loss"), ("bce", 9, "binary")],
)
def test_the_size_of_the_catalogue_decides(name, items, expected):
    assert losses.loss_of(name, np.ones(items), 64).__name__ == expected
