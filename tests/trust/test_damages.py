"""Whatever is done to a log that was seen before, whoever verifies it finds it and names the first false entry."""

import random
import shutil
from itertools import count

from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from meiri.trust.log_files import LogFiles
from meiri.trust.outside import FalseLog, files_at, verify_log
from tests.trust.logs import SIGNER, change_leaf, entries_up_to, write_log
from tests.trust.trials import DAMAGES, SEEN_BY_WITNESS, try_damage

_number = count()


@given(st.sampled_from(sorted(DAMAGES)), st.integers(1, 1500), st.integers(0, 2**32))
@hypothesis_settings(max_examples=24)
def test_damage_is_found_and_the_first_false_entry_named(tmp_path_factory, name, size, seed):
    folder = tmp_path_factory.getbasetemp() / f"damage-{next(_number)}"
    outcome = try_damage(folder, name, size, random.Random(seed))
    assert outcome["cosigned"] == 200
    assert outcome["found"], outcome
    assert outcome["named"], outcome
    assert outcome["witness"] in ((409, 422) if name in SEEN_BY_WITNESS else (None,)), outcome


def test_who_has_seen_nothing_before_finds_what_contradicts_itself(tmp_path):
    write_log(tmp_path / "whole", entries_up_to(70_000))
    whole = LogFiles(tmp_path / "whole").folder
    files = LogFiles(tmp_path)

    def write_anew():
        shutil.rmtree(files.folder, ignore_errors=True)
        shutil.copytree(whole, files.folder)

    write_anew()
    change_leaf(tmp_path, 70_000, 300)
    assert first_false(tmp_path) == (256, "one of the entries 256 to 511 is another than it was")
    write_anew()
    tile = files.folder / "tile/1/000"
    content = bytearray(tile.read_bytes())
    content[64:96] = bytes(32)
    tile.write_bytes(content)
    assert first_false(tmp_path)[0] == 512
    write_anew()
    above = files.folder / "tile/2/000.p/1"
    above.write_bytes(bytes(32))
    assert first_false(tmp_path)[0] == 0
    above.unlink()
    assert "tile/2/000.p/1 is missing" in first_false(tmp_path)[1]
    write_anew()
    change_leaf(tmp_path, 70_000, 69_999)
    assert first_false(tmp_path) == (None, "the entries have another root than the one that was signed")


def first_false(home) -> tuple[int | None, str]:
    try:
        verify_log(files_at(str(home)), SIGNER.verifier)
    except FalseLog as error:
        return error.first, str(error)
    raise AssertionError("It was taken for a true log.")
