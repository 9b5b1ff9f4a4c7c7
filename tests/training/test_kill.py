"""A training that is killed, wherever it stands, leaves the old lists serving."""

from dataclasses import replace

import pytest

RUN = 'UPDATE "django_recsys_trainingrun"'
PLACES = {
    "reading": (RUN, "read"),
    "evaluating": (RUN, "evaluate"),
    "fitting": (RUN, "fit"),
    "storing the artifact": (RUN, "artifact"),
    "having stored the model": ('INSERT INTO "django_recsys_trainedmodel"', ""),
    "publishing": ('INSERT INTO "django_recsys_storedrecommendations"', ""),
    "having published": ('UPDATE "django_recsys_trainedmodel"', ""),
    "before the flip": (RUN, "promote"),
    "in the middle of the flip": ('UPDATE "django_recsys_recommenderconfig"', ""),
}
LISTS = (
    "SELECT visitor_key, ranked FROM django_recsys_storedrecommendations "
    "WHERE trained_model_id = ?"
)
LAST_PROMOTED = (
    "SELECT max(id) FROM django_recsys_trainedmodel WHERE promoted_at IS NOT NULL"
)
SERVING = "SELECT serving_id FROM django_recsys_recommenderconfig WHERE key = 'popular'"


@pytest.fixture(scope="module")
def shop(make_file_shop):
    made = make_file_shop("tests.training.killing_settings")
    made.train("popular")
    return made


@pytest.mark.parametrize("place", PLACES)
def test_sigkill_leaves_the_old_lists_serving(place, shop):
    serving = shop.value(SERVING)
    lists = shop.rows(LISTS, serving)
    statement, value = PLACES[place]
    killing = replace(
        shop,
        variables={
            "RECSYS_TEST_KILL_AFTER_STATEMENT": statement,
            "RECSYS_TEST_KILL_AFTER_VALUE": value,
        },
    )

    code, _out, error = killing.manage("recsys_train", "popular")

    assert code == 1
    assert "was killed by signal 9" in error
    assert shop.value(SERVING) == serving
    assert lists
    assert shop.rows(LISTS, serving) == lists
    assert shop.value(LAST_PROMOTED) == serving
    status, message = shop.rows(
        "SELECT status, message FROM django_recsys_trainingrun ORDER BY id DESC"
    )[0]
    assert status == "failed"
    assert "killed by signal 9 at the stage" in message
    after = shop.train("popular")
    assert after[0]["status"] == "promoted"
    assert shop.value(SERVING) != serving
