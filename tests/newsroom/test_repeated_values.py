"""What is told once in the definitions of blocks unpacks to what was packed."""

from hypothesis import given
from hypothesis import strategies as st

from meiri.newsroom.repeated_values import SHORTEST, share_repeated, written

LONG = "x" * SHORTEST


def unpacked(packed, known):
    """As telepath's script unpacks it: what has a number is remembered by it."""
    if isinstance(packed, list):
        return [unpacked(one, known) for one in packed]
    if not isinstance(packed, dict):
        return packed
    if "_ref" in packed:
        return unpacked(known[packed["_ref"]], known)
    if "_val" in packed:
        return packed["_val"]
    inside = packed.get("_dict", packed)
    return {key: unpacked(one, known) for key, one in inside.items() if key != "_id"}


def numbered(packed) -> dict:
    """Telepath looks for numbers before it unpacks anything."""
    if isinstance(packed, list):
        return {number: value for one in packed for number, value in numbered(one).items()}
    if isinstance(packed, dict):
        own = {packed["_id"]: packed} if "_id" in packed else {}
        return own | {number: value for one in packed.values() for number, value in numbered(one).items()}
    return {}


texts = st.sampled_from([LONG, LONG + "y", "short", "字" * SHORTEST]) | st.text()
values = st.recursive(
    st.none() | st.booleans() | st.integers() | texts,
    lambda inner: (
        st.lists(inner)
        | st.dictionaries(st.sampled_from(["label", "meta", "attrs"]), inner)
        | st.fixed_dictionaries({"_type": st.sampled_from(["a.B", LONG]), "_args": st.lists(inner)})
    ),
)


@given(values)
def test_nothing_changes_but_how_often_it_is_told(packed):
    shared = share_repeated(packed)
    assert unpacked(shared, numbered(shared)) == packed
    assert len(written(shared)) <= len(written(packed)) + 20 * written(shared).count("_id")


@given(values)
def test_what_is_long_stands_once(value):
    shared = share_repeated([{"label": LONG * 2, "meta": value}, {"label": LONG * 2, "meta": value}, value])
    assert written(shared).count(LONG * 2) == 1


def test_types_and_what_has_a_number_stay_as_they_are():
    packed = [{"_type": LONG, "_args": [LONG, LONG]}, {"_val": LONG + "z", "_id": 7}, {"_ref": 7}]
    assert share_repeated(packed) == [
        {"_type": LONG, "_args": [{"_val": LONG, "_id": 8}, {"_ref": 8}]},
        {"_val": LONG + "z", "_id": 7},
        {"_ref": 7},
    ]
