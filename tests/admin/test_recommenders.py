"""Tuning, training and rolling back by hand."""

import pytest
from celery import current_app
from django.conf import settings as project
from django.contrib.auth.models import User
from django.test import Client, override_settings
from django.urls import reverse

from django_recsys.admin.hyperparameter_fields import declarations_of
from django_recsys.models import RecommenderConfig, TrainingRun
from django_recsys.training.drafts import write_draft
from tests.admin.conftest import messages_of

pytestmark = pytest.mark.django_db

[DECLARED] = [each for each in declarations_of("ease") if each.name == "regularization"]
"""What the engine says of it today; the form says the same."""
LIST = "/admin/django_recsys/recommenderconfig/"


def page_of(config, deed="change"):
    return f"{LIST}{config.pk}/{deed}/"


def form_data(config, **changes):
    data = {
        "is_enabled": "on",
        "schedule": "interval",
        "every_hours": "24",
        "gate": "automatic",
        "list_length": "60",
        "hyperparameter_regularization": str(DECLARED.default),
    }
    return {**data, **changes}


def test_list_shows_the_defaults_before_any_training(boss):
    page = boss.get(LIST).content.decode()
    for key in ("popular", "ease", "buy_again"):
        assert f">{key}</a>" in page
    assert "nothing yet" in page
    assert "at the next tick" in page


def test_list_says_what_a_figure_was_asked_for(boss, ease):
    ease.serving.metrics = {"metric": "ndcg@10", "model": {"ndcg@10": 0.2109}}
    ease.serving.save()
    assert "ease v2 (ndcg@10 0.2109)</a>" in boss.get(LIST).content.decode()
    ease.serving.metrics["task"] = "any-items"
    ease.serving.save()
    page = boss.get(LIST).content.decode()
    assert "ease v2 (ndcg@10 0.2109, any items)</a>" in page


def test_form_has_a_field_for_each_hyperparameter(boss, ease):
    form = boss.get(page_of(ease)).context["adminform"].form
    field = form.fields["hyperparameter_regularization"]
    assert (field.min_value, field.max_value) == (-1.0, 1e6)
    assert f"by default {DECLARED.default:g}." in field.help_text
    assert field.initial == DECLARED.default
    assert form.fields["weight_purchase"].widget.attrs["placeholder"] == "10"


def test_changed_values_are_stored_and_shown_again(boss, ease):
    changes = form_data(
        ease,
        hyperparameter_regularization="12.5",
        weight_view="0",
        schedule="daily",
        daily_at="03:30",
    )
    response = boss.post(page_of(ease), changes)
    assert response.status_code == 302, response.context["errors"]
    ease.refresh_from_db()
    assert ease.hyperparameters == {"regularization": 12.5}
    assert ease.interaction_weights == {"view": 0.0}
    assert (ease.schedule, str(ease.daily_at)) == ("daily", "03:30:00")
    form = boss.get(page_of(ease)).context["adminform"].form
    assert form["hyperparameter_regularization"].value() == 12.5
    assert form["weight_view"].value() == 0.0


def test_defaults_are_not_written_down(boss, ease):
    boss.post(page_of(ease), form_data(ease))
    ease.refresh_from_db()
    assert ease.hyperparameters == {}
    assert ease.interaction_weights == {}


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"hyperparameter_regularization": "-2"}, "hyperparameter_regularization"),
        ({"hyperparameter_regularization": "much"}, "hyperparameter_regularization"),
        ({"schedule": "daily", "daily_at": ""}, "daily_at"),
        ({"list_length": "3"}, "list_length"),
        ({"weight_view": "a lot"}, "weight_view"),
    ],
)
def test_wrong_values_are_refused_beside_their_field(boss, ease, changes, field):
    response = boss.post(page_of(ease), form_data(ease, **changes))
    assert response.status_code == 200
    assert list(response.context["adminform"].form.errors) == [field]


def test_stored_nonsense_is_said_above_the_form(boss, ease):
    """A value that an older version allowed must not break the page."""
    RecommenderConfig.objects.filter(pk=ease.pk).update(algorithm="no_such_thing")
    assert boss.get(page_of(ease)).status_code == 200
    response = boss.post(page_of(ease), form_data(ease))
    assert response.status_code == 200
    assert "no_such_thing" in str(response.context["adminform"].form.errors)


def test_new_recommender_is_tuned_on_the_second_page(boss):
    response = boss.post(f"{LIST}add/", {"key": "ease-strict", "algorithm": "ease"})
    config = RecommenderConfig.objects.get(key="ease-strict")
    assert response.url == page_of(config)
    assert boss.get(response.url).status_code == 200


def test_train_now_queues_and_shows_the_run(boss, ease):
    response = boss.post(page_of(ease, "train"), follow=True)
    run = TrainingRun.objects.get()
    assert (run.recommender, run.trigger, run.status) == (ease, "boss", "queued")
    assert response.redirect_chain[-1][0] == reverse(
        "admin:django_recsys_trainingrun_change", args=[run.pk]
    )
    assert messages_of(response) == ["1 training is queued."]


def test_several_are_trained_by_the_action(boss):
    boss.get(LIST)
    chosen = RecommenderConfig.objects.filter(key__in=["ease", "popular"])
    action = {"action": "train_selected", "_selected_action": [c.pk for c in chosen]}
    response = boss.post(LIST, action, follow=True)
    assert messages_of(response) == ["2 trainings are queued."]
    assert TrainingRun.objects.count() == 2


def test_roll_back_asks_first(boss, ease):
    second = ease.serving
    page = boss.get(page_of(ease, "roll-back"))
    assert "ease v2 serves now" in page.content.decode()
    ease.refresh_from_db()
    assert ease.serving == second
    response = boss.post(page_of(ease, "roll-back"), follow=True)
    assert messages_of(response) == ["ease v1 serves again."]
    ease.refresh_from_db()
    assert ease.serving.version == 1


def test_roll_back_without_an_earlier_model_says_so(boss, ease):
    boss.post(page_of(ease, "roll-back"))
    response = boss.post(page_of(ease, "roll-back"), follow=True)
    assert messages_of(response)[-1] == "ease has no earlier model to roll back to."


def test_message_of_a_run_is_shown(boss, ease):
    """A broker that refuses leaves the run queued, and the person is told."""
    with override_settings(RECSYS={**project.RECSYS, "TASKS": "celery"}):
        before, current_app.conf.broker_url = (
            current_app.conf.broker_url,
            "redis://127.0.0.1:1/0",
        )
        try:
            response = boss.post(page_of(ease, "train"), follow=True)
        finally:
            current_app.conf.broker_url = before
    assert messages_of(response)[0] == "1 training is queued."
    assert "broker does not answer" in messages_of(response)[1]
    assert TrainingRun.objects.get().status == "queued"


def test_schedule_by_hand_is_said(boss, ease):
    ease.schedule = "manual"
    ease.save()
    assert "only by hand" in boss.get(page_of(ease)).content.decode()


def test_training_is_never_started_by_a_link(boss, ease):
    assert boss.get(page_of(ease, "train")).status_code == 405
    assert not TrainingRun.objects.exists()


def test_onlooker_sees_everything_and_starts_nothing(onlooker, ease):
    page = onlooker.get(page_of(ease)).content.decode()
    assert "Train now" not in page
    assert "Roll back" not in page
    assert onlooker.post(page_of(ease, "train")).status_code == 403
    assert onlooker.post(page_of(ease, "roll-back")).status_code == 403
    assert onlooker.get(page_of(ease, "roll-back")).status_code == 403
    assert onlooker.post(page_of(ease), form_data(ease)).status_code == 403
    choices = (
        onlooker.get(LIST)
        .context["cl"]
        .model_admin.get_actions(onlooker.get(LIST).wsgi_request)
    )
    assert "train_selected" not in choices
    assert not TrainingRun.objects.exists()


def test_button_of_a_row_that_is_gone_leads_home(boss):
    assert boss.post(f"{LIST}999999/train/").status_code == 302


def test_stranger_is_sent_to_the_login(client, ease):
    response = client.post(page_of(ease, "train"))
    assert response.status_code == 302
    assert "login" in response.url


def test_button_needs_the_csrf_token(ease):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(User.objects.create_superuser("boss"))
    assert strict.post(page_of(ease, "train")).status_code == 403
    assert not TrainingRun.objects.exists()


def test_deeds_are_in_the_history(boss, ease):
    boss.post(page_of(ease, "roll-back"))
    assert "roll-back" in boss.get(page_of(ease, "history")).content.decode()


def test_only_what_was_never_trained_is_deleted(boss, ease):
    assert boss.post(page_of(ease, "delete"), {"post": "yes"}).status_code == 403
    spare = RecommenderConfig.objects.create(key="spare", algorithm="ease")
    assert boss.post(page_of(spare, "delete"), {"post": "yes"}).status_code == 302
    assert not RecommenderConfig.objects.filter(key="spare").exists()
    assert "delete_selected" not in boss.get(LIST).content.decode()


def test_tune_button_queues_a_search_with_its_budget(boss, ease):
    pytest.importorskip("optuna")
    assert 'name="minutes"' in boss.get(page_of(ease)).content.decode()
    response = boss.post(page_of(ease, "tune"), {"minutes": "2.5"}, follow=True)
    run = TrainingRun.objects.get()
    assert (run.purpose, run.budget_seconds, run.trigger) == ("tune", 150, "boss")
    assert messages_of(response) == ["The tuning is queued."]


def test_tune_button_refuses_what_is_no_number(boss, ease):
    response = boss.post(page_of(ease, "tune"), {"minutes": "soon"}, follow=True)
    assert "Minutes to tune" in messages_of(response)[0]
    assert not TrainingRun.objects.exists()


def test_onlooker_may_not_tune_or_adopt(onlooker, ease):
    for deed in ("tune", "adopt"):
        response = onlooker.post(page_of(ease, deed), {"minutes": "1"})
        assert response.status_code == 403


def test_draft_shows_its_gain_and_is_adopted_after_a_question(boss, ease):
    draft = write_draft(ease, {"regularization": 77.0}, {"reason": "It would gain."})
    page = boss.get(page_of(draft)).content.decode()
    assert "It would gain." in page
    assert "Adopt this draft" in page
    assert (
        "Give the settings of ease-draft"
        in boss.get(page_of(draft, "adopt")).content.decode()
    )
    boss.post(page_of(draft, "adopt"))
    ease.refresh_from_db()
    assert ease.hyperparameters == {"regularization": 77.0}
    assert not ease.drafts.exists()
