"""Word lists and the register of names as files."""

from datetime import date

import pytest

from meiri.journal.models import Entry
from meiri.proofing.csv_files import CsvFault, NamesCsv, WordsCsv
from meiri.proofing.models import RegisteredName, StyleWord

pytestmark = pytest.mark.django_db


def csv_of(table) -> bytes:
    return "".join(table.write(table.model.objects.all())).encode()


def test_what_was_taken_out_is_taken_in_again_unchanged():
    StyleWord.objects.create(
        word="残废人", level="banned", reason="不尊重人，\n请改用", replacement="残疾人", word_list="民生"
    )
    StyleWord.objects.create(word="=cmd", level="advice", reason="公式", active=False)
    RegisteredName.objects.create(name="林晚舟", title="云河市市长", since=date(2025, 1, 1))
    for table in (WordsCsv(), NamesCsv()):
        before = list(table.model.objects.values())
        data = csv_of(table)
        assert table.read(data).same == len(before)
        table.model.objects.all().delete()
        assert table.read(data).added == len(before)
        names = [field for field in before[0] if field != "id"]
        assert list(table.model.objects.values(*names)) == [{k: row[k] for k in names} for row in before]
    assert b"'=cmd" in csv_of(WordsCsv())


def test_rows_that_are_there_are_changed_and_the_journal_tells():
    StyleWord.objects.create(word="残废人", level="careful", reason="旧")
    data = "词语,级别,原因\r\n残废人,禁用,不尊重人\r\n新冠疫情,建议,统一写法\r\n".encode("gb18030")
    outcome = WordsCsv().read(data)
    assert (outcome.added, outcome.changed, outcome.same) == (1, 1, 0)
    assert StyleWord.objects.get(word="残废人").level == "banned"
    assert Entry.objects.filter(kind__startswith="styleword").count() >= 2


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "第一行须有"),
        ("词语,级别\r\n".encode(), "原因"),
        ("词语,级别,原因\r\n好,禁,x\r\n".encode(), "第 2 行"),
        ("词语,级别,原因\r\n好词,禁用,x\r\n坏词,没有这级,x\r\n".encode(), "第 3 行"),
        (b"\xff\xfe\x00\x01\x00", "编码"),
        ('词语,级别,原因\r\n"好词,禁用'.encode(), "CSV"),
        (("词语,级别,原因\r\n" + "词" * 50 + ",禁用,x\r\n").encode(), "第 2 行"),
    ],
)
def test_a_faulty_file_is_told_in_words_and_nothing_is_stored(data, said):
    with pytest.raises(CsvFault, match=said):
        WordsCsv().read(data)
    assert not StyleWord.objects.exists()


def test_the_same_office_stands_once():
    data = "姓名或名称,职务,任职起,类别\r\n林晚舟,云河市市长,2025/1/1,人物\r\n林晚舟,云河市市长,,人物\r\n".encode()
    with pytest.raises(CsvFault, match="2026-01-31"):
        NamesCsv().read(data)
    assert NamesCsv().read(data.replace(b"2025/1/1", b"2025-01-01")).added == 2
    assert NamesCsv().read(data.replace(b"2025/1/1", b"2025-01-01")).same == 2
