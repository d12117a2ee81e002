"""MySQL dumps as text: whatever their style and wherever the file is cut into pieces, the rows come out."""

import gzip

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from meiri.ingest.migration.dump_files import files_of_dump, text_of_dump
from meiri.ingest.migration.mysql_dump import DumpFault, TableColumns, TableRow, named, read_dump
from meiri.ingest.migration.php_serialized import NotSerialized, unserialize

TEXT = st.text(st.characters(exclude_categories=("Cs",)), max_size=30)
VALUES = st.one_of(
    st.none(), TEXT, st.integers(-(10**12), 10**12).map(str), st.binary(min_size=1, max_size=8)
)
STYLES = st.sampled_from(["mysqldump", "phpmyadmin", "quotes"])


def literal(value, style: str) -> str:
    if value is None:
        return "NULL"
    if isinstance(value, bytes):
        return f"0x{value.hex()}" if style == "phpmyadmin" else f"_binary X'{value.hex()}'"
    if value.lstrip("-").isascii() and value.lstrip("-").isdigit():
        return value
    if style == "quotes":
        return "'" + value.replace("\\", "\\\\").replace("'", "''") + "'"
    marks = {"\\": "\\\\", "'": "\\'", '"': '\\"', "\n": "\\n", "\r": "\\r", "\0": "\\0", "\x1a": "\\Z"}
    return "'" + "".join(marks.get(character, character) for character in value) + "'"


def dump(rows: list[tuple], style: str) -> str:
    head = (
        "-- MySQL dump; it's a comment\n/*!40101 SET NAMES utf8mb4 */;\nDROP TABLE IF EXISTS `t`;\n"
        "CREATE TABLE `t` (\n  `a` varchar(9) NOT NULL DEFAULT ')' COMMENT 'x, y;',\n  `b` decimal(5,2),\n  c text,\n"
        "  PRIMARY KEY (`a`,`b`),\n  KEY `k` (`c`(3))\n) ENGINE=MyISAM;\n"
    )
    names = " (`a`, `b`, `c`)" if style == "phpmyadmin" else ""
    written = ["(" + ", ".join(literal(value, style) for value in row) + ")" for row in rows]
    if style == "quotes":
        return head + "".join(f"REPLACE INTO t VALUES{row};\n" for row in written)
    more = (
        f"INSERT INTO `other` VALUES (1,'a;b'),(2,'(');\nINSERT INTO `t`{names} VALUES\n"  # noqa: S608
        + ",\n".join(written)
        + ";\n"
    )
    return head + more + "UNLOCK TABLES;\n"


@settings(deadline=None, max_examples=150)
@given(st.lists(st.tuples(VALUES, VALUES, VALUES), min_size=1, max_size=6), STYLES, st.integers(1, 40))
def test_rows_come_out_as_they_were_written(rows, style, length):
    text = dump(rows, style)
    pieces = (text[start : start + length] for start in range(0, len(text), length))
    found = list(read_dump(pieces, lambda table: table == "t", step=1))
    assert TableColumns("t", ("a", "b", "c")) in found
    assert [one.values for one in found if isinstance(one, TableRow)] == rows
    assert not [one for one in found if isinstance(one, DumpFault)]


@settings(deadline=None, max_examples=200)
@given(
    st.text(st.sampled_from("INSERT INTO `t` VALUES('a\\\"'),;--/*!*/\n x0#"), max_size=200),
    st.integers(1, 9),
)
def test_no_text_at_all_ends_the_reading(text, length):
    pieces = (text[start : start + length] for start in range(0, len(text), length))
    for one in read_dump(pieces, step=1):
        assert isinstance(one, TableColumns | TableRow | DumpFault)


def test_a_broken_statement_costs_its_own_rows_alone():
    text = (
        "CREATE TABLE t (a int, b text);\nINSERT INTO t VALUES (1,'一'),(2,NOW());\nINSERT INTO t VALUES (3,'三');\n"
        "INSERT INTO t (b) VALUES ('四') ON DUPLICATE KEY UPDATE b='x';\nINSERT INTO t VALUES (5,'五"
    )
    found = list(read_dump([text]))
    assert [row for _, row in named(iter(found))] == [
        {"a": "1", "b": "一"},
        {"a": "3", "b": "三"},
        {"b": "四"},
    ]
    assert len([one for one in found if isinstance(one, DumpFault)]) == 2


@pytest.mark.parametrize("encoding", ["gbk", "utf-8"])
def test_chinese_is_read_in_either_encoding_whatever_its_second_byte(tmp_path, encoding):
    # 誠 and 縗 end with the byte of a backslash in GBK.
    words = "誠縗乗，北岭日报社的记者们说：“好”"
    assert b"\\" in words.encode("gbk")
    text = f"SET NAMES utf8;\nINSERT INTO `t` (`a`) VALUES ('{words * 50}');\n"
    (tmp_path / "t.sql.gz").write_bytes(gzip.compress(text.encode(encoding)))
    rows = [row for _, row in named(read_dump(text_of_dump(files_of_dump(tmp_path / "t.sql.gz"))))]
    assert rows == [{"a": words * 50}]


def test_the_backup_of_empire_is_read_part_by_part(tmp_path):
    words = "它说：\"价格是$5\"\\n'引号'"
    escaped = (
        words.replace("\\", "\\\\")
        .replace('"', '\\"')
        .replace("'", "''")
        .replace("\\\\", "\\\\\\\\")
        .replace("$", "\\$")
    )
    head = '<?php\r\n@include("../../inc/header.php");\r\n'
    create = 'E_D("CREATE TABLE `phome_ecms_news` (\r\n  `id` int(11),\r\n  `title` char(100)\r\n) ENGINE=MyISAM DEFAULT CHARSET=gbk");\r\n'
    for number in (1, 2, 10):
        row = f"E_D(\"replace into `phome_ecms_news` values('{number}','{escaped}');\");\r\n"
        text = head + (create if number == 1 else "") + row + '@include("../../inc/footer.php");\r\n?>'
        (tmp_path / f"phome_ecms_news_{number}.php").write_bytes(text.encode("gbk"))
    rows = [row for _, row in named(read_dump(text_of_dump(files_of_dump(tmp_path))))]
    assert rows == [{"id": number, "title": words} for number in ("1", "2", "10")]


def test_what_php_serialized_is_read_without_making_objects():
    data = 'a:3:{i:0;s:6:"澄江";s:4:"size";a:2:{s:1:"w";i:640;s:1:"f";d:1.5;}s:1:"o";O:8:"stdClass":1:{s:1:"x";b:1;}}'.encode()
    assert unserialize(data) == {0: "澄江", "size": {"w": 640, "f": 1.5}, "o": {"x": True}}


@settings(deadline=None)
@given(
    st.binary(max_size=60) | st.text(st.sampled_from('aOsibdN:;{}"0123456789-'), max_size=60).map(str.encode)
)
def test_whatever_is_not_serialized_is_refused(data):
    try:
        unserialize(data)
    except NotSerialized:
        pass
    else:
        assert data[:1] in b"aOsibdNrR"
