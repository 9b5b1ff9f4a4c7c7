import pytest

from django_recsys.models import StoredRecommendations
from django_recsys.models.lists import RankedItems, Reason
from tests.tracking.conftest import trained_model


def test_packed_list_comes_back():
    because = Reason("7", "Lamp", "purchase")
    ranked = RankedItems(["1", "2", "3"], [0.5, 0.25, 0.1], [because, None, because])
    found = RankedItems.unpacked(ranked.packed())
    assert list(found.item_ids) == ["1", "2", "3"]
    assert list(found.scores) == [0.5, 0.25, 0.1]
    assert list(found.reasons) == [because, None, because]


def test_reason_is_packed_once():
    because = Reason("7", "A lamp with a long name", "purchase")
    ranked = RankedItems(["1", "2"], [0.5, 0.25], [because, because])
    assert ranked.packed().count("A lamp") == 1


def test_empty_list_comes_back():
    found = RankedItems.unpacked(RankedItems().packed())
    assert (list(found.item_ids), list(found.reasons)) == ([], [])


@pytest.mark.django_db
def test_row_reads_its_list():
    packed = RankedItems(["1"], [1.0], [None]).packed()
    row = StoredRecommendations.objects.create(
        trained_model=trained_model(), visitor_key="", ranked=packed
    )
    assert list(row.ranked_items.item_ids) == ["1"]
    assert str(row).startswith("* by")
