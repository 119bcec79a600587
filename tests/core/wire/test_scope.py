from random import Random

from hypothesis import given
from hypothesis import strategies as st

from core.wire.canonical import digest
from core.wire.scope import EMPTY, record_digest, with_record, without_record

Row = tuple[str, str, int, str]
ROWS = st.lists(
    st.tuples(
        st.sampled_from(["person", "institution"]),
        st.uuids().map(str),
        st.integers(1, 99),
        st.binary(max_size=4).map(digest),
    ),
    max_size=12,
    unique=True,
)


def total(rows: list[Row]) -> str:
    found = EMPTY
    for row in rows:
        found = with_record(found, *row)
    return found


def test_the_digest_of_a_record_does_not_depend_on_key_order() -> None:
    assert record_digest({"a": 1, "b": "二"}) == record_digest({"b": "二", "a": 1})
    assert record_digest({"a": 1}) != record_digest({"a": 2})


def test_the_sum_is_the_documented_one() -> None:
    # SHA-256 of "person|r|1|d", as big-endian number; the sum of one element is the element.
    assert with_record(EMPTY, "person", "r", 1, "d") == digest(b"person|r|1|d")[7:]


@given(ROWS, st.randoms())
def test_order_does_not_matter(rows: list[Row], random: Random) -> None:
    shuffled = random.sample(rows, len(rows))
    assert total(shuffled) == total(rows)


@given(ROWS)
def test_what_came_and_went_leaves_no_trace(rows: list[Row]) -> None:
    found = total(rows)
    for row in rows:
        found = without_record(found, *row)
    assert found == EMPTY


@given(ROWS.filter(bool))
def test_another_version_is_another_sum(rows: list[Row]) -> None:
    form, record_id, version, record = rows[0]
    assert total([(form, record_id, version + 100, record), *rows[1:]]) != total(rows)
