"""Only what is better is put live."""

from datetime import UTC, datetime, timedelta

import pytest

from django_recsys.learning.evaluation.evaluator import Difference
from django_recsys.models import Interaction, RecommenderConfig, TrainingRun
from django_recsys.training.comparison import evaluate_recommenders
from django_recsys.training.jobs.runner import train_now
from django_recsys.training.release.gate import interval, judge
from tests.factories import make_products

START = datetime(2026, 1, 1, tzinfo=UTC)
Status = TrainingRun.Status
pytestmark = pytest.mark.django_db


def difference(mean: float, low: float | None = None) -> Difference:
    return Difference(mean=mean, low=mean if low is None else low, high=mean + 0.1)


def train(key: str, **fields) -> TrainingRun:
    RecommenderConfig.objects.ensure_defaults()
    is_forced = fields.pop("is_forced", False)
    config = RecommenderConfig.objects.named(key)
    for name, value in fields.items():
        setattr(config, name, value)
    config.save()
    return train_now([key], is_forced=is_forced)[0]


@pytest.mark.parametrize(
    ("scored", "popular", "serving", "passes"),
    [
        (100, difference(0.02), None, True),
        (100, difference(0.02, low=-0.01), None, False),
        (50, difference(0.02, low=-0.01), None, False),
        (49, difference(0.02, low=-0.01), None, True),
        (20, difference(0.02, low=-0.01), None, True),
        (20, difference(0.0005, low=-0.01), None, True),
        (100, difference(0.0), None, False),
        (20, difference(-0.01), None, False),
        (100, difference(0.02), difference(-0.001), False),
        (100, difference(0.02), difference(0.0), True),
        (0, difference(float("nan")), None, False),
    ],
)
def test_better_than_popular_and_not_worse_than_serving(
    scored, popular, serving, passes
):
    assert judge(scored, popular, serving)[0] is passes


@pytest.mark.usefixtures("tastes")
class TestTraining:
    def test_a_better_model_is_put_live_with_its_measurements(self):
        run = train("ease")

        assert run.status == Status.PROMOTED, run.message
        assert run.recommender.serving == run.trained_model
        assert run.metrics["model"]["ndcg@10"] > run.metrics["popular"]["ndcg@10"]
        assert run.metrics["difference_to_popular"][0] > 0
        assert run.metrics["serving"] is None
        assert run.preparation["rows_kept"] == Interaction.objects.count()
        assert set(run.stage_seconds) == {
            "read",
            "evaluate",
            "fit",
            "artifact",
            "publish",
            "promote",
        }

    def test_a_worse_model_is_refused_and_the_old_one_serves_on(self):
        first = train("ease")

        second = train("ease", algorithm="svd", hyperparameters={"embedding_size": 1})

        assert second.status == Status.REFUSED
        assert "Worse than the serving model" in second.message
        assert second.trained_model is None
        second.recommender.refresh_from_db()
        assert second.recommender.serving == first.trained_model

    def test_the_same_recipe_passes_beside_itself(self):
        train("ease")
        again = train("ease")

        assert again.status == Status.PROMOTED
        assert again.metrics["difference_to_serving"] == [0, 0, 0]

    def test_a_gate_that_asks_waits_for_a_person(self):
        run = train("ease", gate=RecommenderConfig.Gate.ASK)

        assert run.status == Status.WAITING
        assert run.recommender.serving is None
        assert run.trained_model.published_at is not None

    def test_a_gate_that_never_opens_keeps_the_model_back(self):
        run = train("ease", gate=RecommenderConfig.Gate.NEVER)

        assert run.status == Status.REFUSED
        assert run.metrics["model"]["ndcg@10"] > 0

    def test_force_opens_every_gate(self):
        run = train("ease", gate=RecommenderConfig.Gate.NEVER, is_forced=True)

        assert run.status == Status.PROMOTED

    def test_popular_serves_whenever_it_was_trained(self):
        assert train("popular").status == Status.PROMOTED


def test_the_first_order_is_enough_for_popular_and_for_nothing_else():
    product = make_products(1)[0]
    Interaction.objects.create(
        visitor_key="user:1",
        item_id=str(product.pk),
        kind="purchase",
        occurred_at=START,
    )

    assert train("popular").status == Status.PROMOTED
    assert train("ease").status == Status.REFUSED


def test_an_interval_is_kept_to_six_digits():
    found = interval(Difference(mean=0.123456789, low=-0.1111111111, high=1.0))
    assert found == [-0.111111, 0.123457, 1.0]
    assert interval(Difference(mean=float("nan"), low=0.0, high=0.0)) is None
    assert interval(None) is None


class TestNobodyToAsk:
    """The newest eighth of the rows holds nothing but ratings of 0 stars."""

    @pytest.fixture(autouse=True)
    def _rows(self):
        products = make_products(8)
        for number in range(64):
            is_new = number >= 48
            Interaction.objects.create(
                visitor_key=f"user:{number % 7}",
                item_id=str(products[number % 8].pk),
                kind="rating" if is_new else "purchase",
                value=0 if is_new else None,
                occurred_at=START + timedelta(hours=number),
            )

    def test_what_needs_no_comparison_goes_on(self):
        for key in ("popular", "trending"):
            assert train(key).status == Status.PROMOTED
        assert train("ease", is_forced=True).status == Status.PROMOTED

    def test_what_needs_one_says_whom_it_could_not_ask(self):
        for key in ("ease", "bought_together", "buy_again"):
            run = train(key)
            assert run.status == Status.REFUSED
            assert run.message.startswith("Too little data to compare models: The test")
            assert run.metrics["scored"] == 0

    def test_evaluation_says_it_too(self):
        [popular, ease] = evaluate_recommenders(["ease"])
        assert "holds nobody to evaluate" in popular.error
        assert "holds nobody to evaluate" in ease.error
