from datetime import timedelta

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from django_recsys.learning.neural.modules.base import Network  # noqa: E402
from django_recsys.learning.neural.training.loop import (  # noqa: E402
    MOST_STEPS_PER_INTERVAL,
    DivergedError,
    TrainerConfig,
    TrainerInput,
    rate_schedule,
    train,
)
from django_recsys.learning.options import TrainingOptions  # noqa: E402

PLAN = TrainerConfig(epochs=6, learning_rate=0.05, item_rate=2.0)


class Line(Network):
    """One table and one layer, with dropout so that randomness matters."""

    item_tables = sparse_tables = ("table.weight",)

    def __init__(self):
        super().__init__()
        with torch.random.fork_rng():
            torch.manual_seed(1)
            self.table = torch.nn.Embedding(8, 4)
            self.layer = torch.nn.Linear(4, 1)
        self.dropout = torch.nn.Dropout(0.3)


def batches(random):
    return (random.integers(8, size=5) for _ in range(10))


def loss(module, batch, done):
    items = torch.from_numpy(batch)
    values = module.layer(module.dropout(module.table(items)))[:, 0]
    return ((values - items) ** 2).mean()


def trainer(**changes) -> TrainerInput:
    given = {"steps_per_epoch": 10, "step_size": 200.0, "batches": batches}
    return TrainerInput(**(given | {"loss": loss} | changes))


def weights(module) -> np.ndarray:
    return torch.nn.utils.parameters_to_vector(module.parameters()).detach().numpy()


def test_the_loss_falls_and_the_seed_decides():
    first, second, third = Line(), Line(), Line()
    curve = train(first, trainer(), PLAN, TrainingOptions(seed=1))
    train(second, trainer(), PLAN, TrainingOptions(seed=1))
    train(third, trainer(), PLAN, TrainingOptions(seed=2))
    assert curve.shape == (6, 3)
    assert curve[-1, 0] < curve[0, 0] / 2
    np.testing.assert_array_equal(weights(first), weights(second))
    assert (weights(first) != weights(third)).any()


class KilledError(Exception):
    pass


def test_a_killed_training_goes_on_to_the_same_weights(tmp_path):
    whole, scores = Line(), iter([0.1, 0.3, 0.2, 0.4, 0.35, 0.3] * 2)
    options = TrainingOptions(seed=3)
    train(whole, trainer(validate=lambda net: next(scores)), PLAN, options)

    path = tmp_path / "checkpoint.npz"
    options = TrainingOptions(seed=3, checkpoint=path)
    scores, calls = iter([0.1, 0.3, 0.2]), []

    def killed_in_the_fourth_epoch(module, batch, done):
        calls.append(done)
        if len(calls) > 35:
            raise KilledError
        return loss(module, batch, done)

    part = trainer(loss=killed_in_the_fourth_epoch, validate=lambda net: next(scores))
    with pytest.raises(KilledError):
        train(Line(), part, PLAN, options)
    assert path.exists()

    resumed, scores = Line(), iter([0.4, 0.35, 0.3])
    curve = train(resumed, trainer(validate=lambda net: next(scores)), PLAN, options)
    assert curve[:, 1].tolist() == [0.1, 0.3, 0.2, 0.4, 0.35, 0.3]
    np.testing.assert_array_equal(weights(resumed), weights(whole))


def test_a_long_epoch_is_scored_in_parts_and_goes_on_between_them(tmp_path):
    steps, epochs = MOST_STEPS_PER_INTERVAL * 2 + 100, 2
    plan = TrainerConfig(epochs=epochs, learning_rate=0.001, item_rate=2.0)

    def many(random):
        return (random.integers(8, size=2) for _ in range(steps))

    def given(**changes):
        return trainer(steps_per_epoch=steps, batches=many, **changes)

    calls, reports = [], []

    def counted(module, batch, done):
        calls.append(done)
        return loss(module, batch, done)

    whole = Line()
    options = TrainingOptions(seed=3, progress=reports.append)
    curve = train(whole, given(loss=counted, validate=lambda net: 1.0), plan, options)
    assert len(curve) == 3 * epochs
    assert len(calls) == steps * epochs
    assert calls == sorted(calls)
    assert "epoch 2 of 2" in reports[-1].message

    def killed_in_the_second_interval(module, batch, done):
        calls.append(done)
        if len(calls) > MOST_STEPS_PER_INTERVAL:
            raise KilledError
        return loss(module, batch, done)

    calls.clear()
    options = TrainingOptions(seed=3, checkpoint=tmp_path / "checkpoint.npz")
    part = given(loss=killed_in_the_second_interval, validate=lambda net: 1.0)
    with pytest.raises(KilledError):
        train(Line(), part, plan, options)
    resumed = Line()
    found = train(resumed, given(validate=lambda net: 1.0), plan, options)
    assert found[:, 0].tolist() == pytest.approx(curve[:, 0].tolist())
    np.testing.assert_array_equal(weights(resumed), weights(whole))


def test_patience_is_counted_in_epochs_also_where_they_have_intervals():
    steps, scores = MOST_STEPS_PER_INTERVAL + 50, iter([1.0] + [0.1] * 20)

    def many(random):
        return (random.integers(8, size=2) for _ in range(steps))

    plan = TrainerConfig(epochs=6, learning_rate=0.001, item_rate=2.0, patience=2)
    part = trainer(
        steps_per_epoch=steps, batches=many, validate=lambda net: next(scores)
    )
    assert len(train(Line(), part, plan, TrainingOptions())) == 1 + 2 * 2


@pytest.mark.parametrize("contents", [b"", b"PK\x03\x04 cut short", b"not a file"])
def test_a_damaged_checkpoint_begins_anew(tmp_path, contents):
    path = tmp_path / "checkpoint.npz"
    path.write_bytes(contents)
    plain, beside = Line(), Line()
    train(plain, trainer(), PLAN, TrainingOptions())
    train(beside, trainer(), PLAN, TrainingOptions(checkpoint=path))
    np.testing.assert_array_equal(weights(plain), weights(beside))


def test_a_checkpoint_of_another_training_is_left_alone(tmp_path):
    options = TrainingOptions(checkpoint=tmp_path / "checkpoint.npz")
    train(Line(), trainer(), PLAN, options)
    other = TrainerConfig(epochs=2, learning_rate=0.05, item_rate=2.0)
    assert len(train(Line(), trainer(), other, options)) == 2
    steps = []

    def counted(module, batch, done):
        steps.append(done)
        return loss(module, batch, done)

    train(Line(), trainer(loss=counted), other, options)
    assert not steps
    train(Line(), trainer(loss=counted, mark="of other features"), other, options)
    assert steps


def test_the_best_weights_are_kept_and_patience_ends_it():
    kept, scores, seen = Line(), iter([0.1, 0.5, 0.4, 0.3, 0.2, 0.1]), []

    def validate(module):
        seen.append(weights(module).copy())
        return next(scores)

    plan = TrainerConfig(epochs=6, learning_rate=0.05, item_rate=2.0, patience=2)
    curve = train(kept, trainer(validate=validate), plan, TrainingOptions())
    assert len(curve) == 4
    np.testing.assert_array_equal(weights(kept), seen[1])


def test_the_time_budget_is_kept():
    reports = []
    options = TrainingOptions(time_budget=timedelta(0), progress=reports.append)
    assert len(train(Line(), trainer(), PLAN, options)) == 1
    assert all("epoch 1 of 6" in each.message for each in reports)


def test_divergence_names_what_to_lower():
    def endless(module, batch, done):
        return loss(module, batch, done) * torch.inf

    with pytest.raises(DivergedError, match=r"learning_rate \(it is 0.05\)"):
        train(Line(), trainer(loss=endless), PLAN, TrainingOptions())


def test_progress_is_reported_within_an_epoch():
    reports = []
    train(Line(), trainer(), PLAN, TrainingOptions(progress=reports.append))
    assert len(reports) >= 12
    assert reports[-1].fraction == 1.0
    assert "epoch 6 of 6" in reports[-1].message


def test_the_learning_rate_rises_then_falls():
    rates = [rate_schedule(done, 0.1) for done in (0.0, 0.025, 0.05, 0.1, 0.55, 1.0)]
    assert rates == pytest.approx([0.01, 0.25, 0.5, 1.0, 0.5, 0.01])


def test_the_learning_rate_warms_up_by_default():
    assert rate_schedule(0.0, PLAN.warm_up) == pytest.approx(0.01)


def test_steps_are_small_while_the_learning_rate_warms_up():
    seen = []

    def loss(module, batch, done):
        seen.append(next(module.parameters()).detach().clone())
        return trainer().loss(module, batch, done)

    plan = TrainerConfig(epochs=4, learning_rate=0.05, item_rate=1.0, warm_up=0.9)
    train(Line(), trainer(loss=loss), plan, TrainingOptions())
    moves = [float((b - a).abs().max()) for a, b in zip(seen, seen[1:], strict=False)]
    assert moves[0] < moves[-1] / 4
