"""docs/backups.md names the keys that no backup has, as a drill knows them."""

import re

from meiri.conf.drill import KEYS
from tests.conftest import PROJECT
from tests.docs.markdown import code, rows


def test_every_key_is_in_the_table_and_in_a_drill():
    told = [
        name for cells in rows("docs/backups.md", "what") for name in code(cells[0]) if name.endswith(".key")
    ]
    made = re.compile(r'(?:settings\.HOME\) / |KEY_FILE = )"(\w+\.key)"')
    written = {name for path in (PROJECT / "src").rglob("*.py") for name in made.findall(path.read_text())}
    assert sorted(told) == sorted(KEYS)
    assert {"letters.key", "log.key"} <= written <= set(KEYS)
