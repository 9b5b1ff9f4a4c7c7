"""What every recommender promises, as tests to inherit."""

# ruff: noqa: S101 (these are tests, though they ship)

import io
from typing import Any

import numpy as np
import pytest

from django_recsys.learning import (
    DataError,
    Histories,
    Interactions,
    NotFittedError,
    Recommender,
    TrainingOptions,
    load,
    save,
)

from .factories import checkerboard, checkerboard_histories

SIZE = 16


class RecommenderContract:
    """Inherit it and write ``make_recommender``; set flags where a test does not apply.

    In the checkerboard even users have even items, odd users odd ones, and no user the
    item of the same number. So the best new item of user u is item u.
    """

    finds_withheld_item = True
    """False for what does not rank new items by taste."""
    items: Any = None
    """Features of the items "0" to "15", for what needs them."""
    edges: Any = None
    """Edges between the users "0" to "15", for what needs them."""

    def make_recommender(self) -> Recommender:
        """Return an unfitted recommender with settings that suit tiny data."""
        raise NotImplementedError

    def fit(
        self, interactions: Interactions, options: TrainingOptions | None = None
    ) -> Recommender:
        """Return one fitted on the interactions, with the items and the edges."""
        return self.make_recommender().fit(
            interactions,
            items=self.items,
            edges=self.edges,
            options=options or TrainingOptions(),
        )

    @pytest.fixture
    def fitted(self) -> Recommender:
        """Return one fitted on the checkerboard."""
        return self.fit(checkerboard(SIZE))

    @pytest.fixture
    def users(self) -> list[str]:
        """Return the ids of all users."""
        return [str(user) for user in range(SIZE)]

    def test_fit_returns_self(self):
        recommender = self.make_recommender()
        found = recommender.fit(checkerboard(SIZE), items=self.items, edges=self.edges)
        assert found is recommender
        assert recommender.is_fitted

    def test_needing_item_features_means_reading_them(self):
        """New items differ by features alone."""
        can = self.make_recommender().capabilities
        if can.needs_items or can.handles_new_items:
            assert can.reads_items

    def test_recommending_before_fit_raises(self):
        with pytest.raises(NotFittedError):
            self.make_recommender().recommend(["0"])

    def test_withheld_item_is_found(self, fitted, users):
        if not self.finds_withheld_item:
            pytest.skip("this recommender does not rank new items by taste")
        answer = fitted.recommend(users, n=1)
        assert answer.item_ids[:, 0].tolist() == users

    def test_shapes_and_padding(self, fitted, users):
        answer = fitted.recommend(users, n=3 * SIZE)
        assert answer.item_ids.shape == answer.scores.shape == (SIZE, SIZE)
        assert answer.scores.dtype == np.float32
        assert ((answer.item_ids == "") == np.isneginf(answer.scores)).all()

    def test_batch_equals_one_by_one(self, fitted, users):
        together = fitted.recommend(users, n=5, exclude_seen=False)
        for row, user in enumerate(users):
            alone = fitted.recommend([user], n=5, exclude_seen=False)
            shown = together.item_ids[row] != ""
            assert (alone.item_ids[0] != "").sum() == shown.sum()
            np.testing.assert_allclose(
                alone.scores[0][shown], together.scores[row][shown], rtol=1e-4
            )

    def test_scores_never_increase(self, fitted, users):
        scores = fitted.recommend(users, n=SIZE, exclude_seen=False).scores
        assert (scores[:, 1:] <= scores[:, :-1]).all()

    def test_seen_items_are_left_out(self, fitted, users):
        answer = fitted.recommend(users, n=SIZE)
        for history, row in zip(
            checkerboard_histories(SIZE), answer.item_ids, strict=True
        ):
            assert not set(history) & set(row)

    def test_excluded_items_are_left_out(self, fitted, users):
        answer = fitted.recommend(
            users, n=SIZE, exclude=["2", "3", "no-such"], exclude_seen=False
        )
        assert not {"2", "3"} & set(answer.item_ids.ravel())

    def test_only_candidates_are_shown(self, fitted, users):
        answer = fitted.recommend(
            users, n=SIZE, candidates={"4", "5", "no-such"}, exclude_seen=False
        )
        assert set(answer.item_ids.ravel()) <= {"4", "5", ""}

    def test_no_candidate_gives_empty_rows(self, fitted, users):
        answer = fitted.recommend(users, candidates=[])
        assert set(answer.item_ids.ravel()) == {""}

    def test_unknown_user_gets_nothing_or_the_list_of_all(self, fitted):
        answer = fitted.recommend(["no-such"])
        if fitted.capabilities.is_personal:
            assert set(answer.item_ids.ravel()) == {""}
        else:
            assert answer.item_ids[0, 0] != ""

    def test_unknown_items_in_a_history_are_ignored(self, fitted):
        history = checkerboard_histories(SIZE)[0]
        plain = fitted.recommend(["x"], histories=[history], exclude_seen=False)
        with_unknown = fitted.recommend(
            ["x"], histories=[["no-such", *history]], exclude_seen=False
        )
        np.testing.assert_array_equal(plain.item_ids, with_unknown.item_ids)

    def test_wrong_arguments_raise(self, fitted):
        with pytest.raises(DataError):
            fitted.recommend(["0"], n=0)
        with pytest.raises(DataError):
            fitted.recommend(["0"], histories=[["1"], ["2"]])

    def test_no_users_give_no_rows(self, fitted):
        assert fitted.recommend([], n=4).item_ids.shape == (0, 4)

    def test_similar_items_leave_out_the_item_itself(self, fitted):
        if not fitted.capabilities.has_similar_items:
            with pytest.raises(DataError):
                fitted.similar_items(["0"])
            return
        answer = fitted.similar_items(["0", "1", "no-such"], n=4)
        assert "0" not in answer.item_ids[0]
        assert {int(each) % 2 for each in answer.item_ids[0] if each} == {0}
        assert {int(each) % 2 for each in answer.item_ids[1] if each} == {1}
        assert set(answer.item_ids[2]) == {""}

    def test_score_falls_without_the_largest_reason(self, fitted):
        if not fitted.capabilities.can_explain:
            assert fitted.explain(["0"], "2") == []
            return
        history = checkerboard_histories(SIZE)[0]
        target = fitted.recommend(["x"], histories=[history], exclude_seen=False)
        item = target.item_ids[0, 0]
        reason, share = fitted.explain(history, item)[0]
        rest = [each for each in history if each != reason]
        assert share > 0
        assert _score_of(fitted, rest, item) < _score_of(fitted, history, item)

    def test_bulk_reasons_agree_with_explain(self, fitted):
        histories = Histories.from_ids(checkerboard_histories(SIZE), fitted.items_)
        ranked, _ = fitted.recommend_indices(
            histories, np.full(SIZE, -1), n=3, exclude_seen=False
        )
        reasons = fitted.explain_indices(histories, ranked)
        assert reasons.shape == ranked.shape
        if not fitted.capabilities.can_explain:
            assert (reasons == -1).all()
            return
        history = checkerboard_histories(SIZE)[5]
        for item, reason in zip(ranked[5], reasons[5], strict=True):
            shares = dict(fitted.explain(history, str(fitted.items_.ids[item])))
            named = shares[str(fitted.items_.ids[reason])]
            assert named == pytest.approx(max(shares.values()), rel=1e-3)

    def test_second_fit_forgets_the_first(self, users):
        twice = self.fit(checkerboard(SIZE, flipped=True))
        twice.recommend(users)  # fills caches, which the next fit empties
        twice.fit(checkerboard(SIZE), items=self.items, edges=self.edges)
        once = self.fit(checkerboard(SIZE))
        for ours, theirs in zip(
            twice.recommend(users), once.recommend(users), strict=True
        ):
            np.testing.assert_array_equal(ours, theirs)

    def test_same_seed_gives_the_same_artifact(self):
        files = [io.BytesIO(), io.BytesIO()]
        for file in files:
            options = TrainingOptions(seed=3)
            save(self.fit(checkerboard(SIZE), options), file)
        assert files[0].getvalue() == files[1].getvalue()

    def test_save_and_load_change_nothing(self, fitted, users):
        histories = checkerboard_histories(SIZE)
        file = io.BytesIO()
        save(fitted, file)
        loaded = load(io.BytesIO(file.getvalue()))
        assert type(loaded) is type(fitted)
        assert loaded.hyperparameters == fitted.hyperparameters
        ours = fitted.recommend(users, histories=histories, exclude_seen=False)
        theirs = loaded.recommend(users, histories=histories, exclude_seen=False)
        np.testing.assert_array_equal(ours.item_ids, theirs.item_ids)
        np.testing.assert_array_equal(ours.scores, theirs.scores)

    def test_artifact_holds_no_user(self):
        interactions = checkerboard(SIZE, prefix="customer-")
        file = io.BytesIO()
        save(self.fit(interactions), file)
        contents = file.getvalue()
        assert b"customer-" not in contents
        assert "customer-".encode("utf-32-le") not in contents

    def test_fit_without_interactions_raises(self):
        interactions = checkerboard(SIZE)
        with pytest.raises(DataError):
            self.fit(interactions.select(np.zeros(len(interactions), dtype=bool)))


def _score_of(recommender: Recommender, history: list[str], item: str) -> float:
    answer = recommender.recommend(
        ["x"], histories=[history], candidates=[item], n=1, exclude_seen=False
    )
    return float(answer.scores[0, 0])
