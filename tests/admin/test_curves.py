"""Loss and NDCG@10 are drawn, and stand there as numbers."""

import re

import pytest

from django_recsys.admin.curves import HEIGHT, MARGIN, drawn, line_of
from django_recsys.models import RecommenderConfig, TrainingRun

CURVES = {
    "evaluate": {
        "loss": [7.5, 6.25, 6.0],
        "ndcg@10": [0.01, 0.0421, 0.03],
        "seconds": [1.5, 3.0, 4.5],
    },
    "fit": {"loss": [7.0], "ndcg@10": [None], "seconds": [2.0]},
}


def test_a_line_spans_the_drawing_from_its_highest_to_its_lowest():
    line = line_of("Loss", "loss", [3.0, None, 1.0])
    heights = [float(point.split(",")[1]) for point in line.path.split()]
    assert heights == [MARGIN, HEIGHT - MARGIN]
    assert (line.first, line.last) == (3.0, 1.0)


def test_a_series_of_nothing_is_no_line():
    assert line_of("NDCG@10", "ndcg", [None]) is None


def test_runs_without_epochs_show_a_dash():
    assert drawn({}) == drawn({"curves": {}}) == "-"


@pytest.mark.django_db
def test_the_page_of_a_run_shows_both_fits(boss, ease):
    run = TrainingRun.objects.create(
        recommender=ease, status="promoted", metrics={"curves": CURVES}
    )
    page = boss.get(f"/admin/django_recsys/trainingrun/{run.pk}/change/")
    text = page.content.decode()
    assert text.count("<svg viewBox") == 1  # a point is no curve: it would be empty
    assert text.count("<polyline") == 2
    assert "One round, so that" in text
    assert '<li class="recsys-curve-loss">Loss: 7.0000</li>' in text
    assert "Loss: 7.5000 at first, 6.0000 at last" in text
    assert re.search(r"<th scope=\"row\">2</th><td>6.2500</td><td>0.0421</td>", text)
    assert "<td>7.0000</td><td>-</td><td>2.0</td>" in text


@pytest.mark.django_db
def test_numbers_of_the_drawing_stay_numbers_in_every_language(boss, ease, settings):
    settings.LANGUAGE_CODE = "de"
    settings.USE_THOUSAND_SEPARATOR = True
    assert f'viewBox="0 0 360 {HEIGHT}"' in drawn({"curves": CURVES})


@pytest.mark.django_db
class TestWithoutTorch:
    @pytest.fixture(autouse=True)
    def _no_torch(self, monkeypatch):
        from django_recsys.learning import registry

        monkeypatch.setitem(registry.EXTRA_MODULES, "neural", "no_such_module")

    def test_the_form_says_what_to_install_and_can_be_saved(self, boss):
        config = RecommenderConfig.objects.create(key="next", algorithm="sasrec")
        url = f"/admin/django_recsys/recommenderconfig/{config.pk}/change/"
        page = boss.get(url).content.decode()
        assert "pip install 'django-recsys[neural]'" in page
        assert "hyperparameter_blocks" in page
        tick_box = re.search("<input[^>]*hyperparameter_with_features[^>]*>", page)
        assert "checked" in tick_box.group()
        given = {
            "schedule": "manual",
            "every_hours": 24,
            "gate": "ask",
            "list_length": 60,
            "hyperparameter_blocks": 3,
        }
        ticked = given | {"hyperparameter_with_features": "on"}
        for answers, expected in (
            (ticked, {"blocks": 3}),
            (given, {"blocks": 3, "with_features": False}),
        ):
            assert boss.post(url, answers).status_code == 302
            config.refresh_from_db()
            assert config.hyperparameters == expected

    def test_others_need_nothing(self, boss, ease):
        url = f"/admin/django_recsys/recommenderconfig/{ease.pk}/change/"
        assert "pip install" not in boss.get(url).content.decode()
