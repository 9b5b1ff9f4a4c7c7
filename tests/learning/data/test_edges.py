import numpy as np
import pytest

from django_recsys.learning.data import Edges, IdMap
from django_recsys.learning.data.files import read_edges
from django_recsys.learning.exceptions import DataError


def test_matrix_follows_the_map_and_sums_equal_edges():
    edges = Edges.from_arrays(
        [1, 1, 1, 2, 2], [2, 2, 3, 2, "gone"], [1.0, 0.5, 2.0, 9.0, 1.0]
    )
    matrix = edges.matrix(IdMap(["3", "2", "1"])).toarray()
    assert matrix.tolist() == [[0, 0, 0], [0, 0, 0], [2, 1.5, 0]]


@pytest.mark.parametrize("header", ["source,target", "user,friend"])
def test_a_file_of_edges(tmp_path, header):
    path = tmp_path / "edges.csv"
    path.write_text(f"{header},weight\na,b,2\nb,a,1\n")
    edges = read_edges(path)
    assert edges.sources.tolist() == ["a", "b"]
    assert edges.weights.tolist() == [2, 1]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("source,other\na,b\n", "no columns 'source' and 'target'"),
        ("source,target,weight\na,b,-1\n", "edge 1 is -1.0; trust"),
        ("source,target\na,\n", "line 2, column 'target': target is missing"),
        ("source,target,weight\na,b,x\n", "line 2, column 'weight'"),
    ],
)
def test_a_bad_file_of_edges_is_refused_with_the_place(tmp_path, text, reason):
    path = tmp_path / "edges.csv"
    path.write_text(text)
    with pytest.raises(DataError, match=reason):
        read_edges(path)


def test_lengths_must_agree():
    with pytest.raises(DataError, match="one target"):
        Edges.from_arrays(["a"], ["b", "c"])
    with pytest.raises(DataError, match="nan; trust"):
        Edges.from_arrays(["a"], ["b"], np.array([np.nan]))
