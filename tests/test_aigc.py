"""The AIGC block of GB 45438-2025, read strictly and written as the standard has it."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meiri.aigc import (
    LONGEST_BLOCK,
    LONGEST_FIELD,
    AigcBlock,
    AigcLabel,
    NotAigc,
    first_block,
    is_service_code,
    plain,
)

CODE = "00119111000071092500XA00001"
names = st.text(max_size=LONGEST_FIELD).map(plain)
blocks = st.builds(AigcBlock, st.sampled_from(AigcLabel), names, names, names, names, names, names)


def test_a_block_is_read_and_written_with_the_keys_of_the_standard():
    text = (
        '{"AIGC":{"Label":"1","ContentProducer":"00119111000071092500XA00001","ProduceID":"img-7","ReservedCode1":"",'
        '"ContentPropagator":"","PropagateID":"","ReservedCode2":""}}'
    )
    block = AigcBlock.from_json(text)
    assert block == AigcBlock(AigcLabel.IS, CODE, "img-7")
    assert f'{{"AIGC":{block.as_json()}}}' == text
    spread = block.spread_by("每日新闻网", "42")
    assert (spread.producer, spread.produce_id, spread.propagator) == (CODE, "img-7", "每日新闻网")
    assert spread.said() == [
        ("标识", "人工智能生成"),
        ("生成者", CODE),
        ("生成编号", "img-7"),
        ("传播者", "每日新闻网"),
        ("传播编号", "42"),
    ]


@given(blocks)
def test_what_is_written_is_read_again(block):
    assert AigcBlock.from_json(block.as_json()) == block
    assert AigcBlock.from_json(json.dumps({"AIGC": block.as_dict()})) == block
    assert list(json.loads(block.as_json())) == [
        *("Label", "ContentProducer", "ProduceID", "ReservedCode1"),
        *("ContentPropagator", "PropagateID", "ReservedCode2"),
    ]


@given(st.text(max_size=300) | st.recursive(
    st.none() | st.integers() | st.text(), lambda inner: st.dictionaries(st.text(), inner) | st.lists(inner)
).map(json.dumps))  # fmt: skip
def test_whatever_comes_is_a_block_or_refused(text):
    try:
        block = AigcBlock.from_json(text)
    except NotAigc:
        return
    assert block.label in AigcLabel


@pytest.mark.parametrize(
    "text",
    [
        "",
        "AIGC",
        "[]",
        "[" * 15_000,
        "1" * 10_000,
        '{"ContentProducer": "x"}',
        '{"Label": "4"}',
        '{"Label": true}',
        '{"Label": ["1"]}',
        '{"Label": "1", "Label": "3"}',
        '{"Label": "1", "ProduceID": 7}',
        '{"Label": "1", "ProduceID": "a\\u0000b"}',
        '{"Label": "1", "ProduceID": "a\\"b"}',
        json.dumps({"Label": "1", "ProduceID": "x" * (LONGEST_FIELD + 1)}),
        json.dumps({"Label": "1", "More": "x" * LONGEST_BLOCK}),
    ],
)
def test_what_is_no_block_is_refused(text):
    with pytest.raises(NotAigc):
        AigcBlock.from_json(text)


def test_a_reserved_code_may_hold_a_signature_as_json():
    security = '{"Type":"DS","PubSD":[{"Type":"DS","AlgID":"1.2.156.10197.1.501"}]}'
    block = AigcBlock.from_json(json.dumps({"Label": 1, "ReservedCode1": security}))
    assert block.reserved1 == security


def test_labels_are_weaker_the_less_sure_they_are():
    assert AigcLabel.SUSPECTED.is_weaker_than(AigcLabel.MAY_BE)
    assert AigcLabel.MAY_BE.is_weaker_than(AigcLabel.IS)
    assert not AigcLabel.IS.is_weaker_than(AigcLabel.IS)
    assert AigcBlock(AigcLabel.MAY_BE, "x").labelled(AigcLabel.IS) == AigcBlock(AigcLabel.IS, "x")


def test_who_makes_content_spreads_it_first():
    block = first_block(AigcLabel.IS, CODE, "7")
    assert (block.propagator, block.propagate_id) == (CODE, "7")


@pytest.mark.parametrize(
    ("text", "is_one"),
    [(CODE, True), (CODE[:-1], False), (CODE + "1", False), ("x" + CODE[1:], False), (CODE + "\n", False)],
)
def test_codes_of_services_are_told_by_their_form(text, is_one):
    assert is_service_code(text) is is_one
