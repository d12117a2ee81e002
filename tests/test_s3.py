"""The settings of an S3 server, and what `meiri doctor` says of one."""

import io
from dataclasses import replace

import pytest

from meiri import s3
from meiri.health_checks import HealthState
from meiri.media.bucket_health import bucket_does_its_work
from meiri.s3 import S3Away, s3_address, s3_bucket
from tests.s3_server import BUCKET, SECRET, address_of, an_s3_server

RIGHT = {
    "ENDPOINT": "https://s3.paper.example",
    "BUCKET": "media",
    "ACCESS_KEY": "key",
    "SECRET_KEY": "word",
    "REGION": "",
    "PREFIX": "",
    "BACKUP_BUCKET": "",
}


class TestSettings:
    def test_none_is_needed(self):
        assert s3_address(dict.fromkeys(RIGHT, "")) is None

    def test_what_is_not_said_follows(self):
        found = s3_address(RIGHT | {"PREFIX": "/sites/meiri/", "ENDPOINT": "http://[::1]:9000/"})
        assert found is not None
        assert (found.endpoint, found.prefix) == ("http://[::1]:9000", "sites/meiri/")
        assert (found.region, found.backup_bucket) == ("us-east-1", "media")
        assert "word" not in repr(found)

    @pytest.mark.parametrize(
        ("wrong", "said"),
        [
            ({"ENDPOINT": ""}, "MEIRI_S3_BUCKET is set, but not MEIRI_S3_ENDPOINT"),
            ({"ENDPOINT": "s3.paper.example"}, "MEIRI_S3_ENDPOINT is not understood"),
            ({"ENDPOINT": "https://key:word@s3.paper.example"}, "MEIRI_S3_ENDPOINT is not understood"),
            ({"ENDPOINT": "https://s3.paper.example/media"}, "MEIRI_S3_ENDPOINT is not understood"),
            ({"ENDPOINT": "http://[::1"}, "MEIRI_S3_ENDPOINT is not understood"),
            ({"ENDPOINT": "http://host:99999"}, "MEIRI_S3_ENDPOINT is not understood"),
            ({"SECRET_KEY": ""}, "not MEIRI_S3_SECRET_KEY"),
            ({"BUCKET": "No_Such"}, "MEIRI_S3_BUCKET is 'No_Such'"),
            ({"BACKUP_BUCKET": "x"}, "MEIRI_S3_BACKUP_BUCKET is 'x'"),
            ({"PREFIX": "../other"}, "MEIRI_S3_PREFIX is"),
        ],
    )
    def test_wrong_ones_are_told_in_a_sentence(self, wrong, said):
        with pytest.raises(ValueError, match="MEIRI_S3_") as told:
            s3_address(RIGHT | wrong)
        assert said in str(told.value)


def told() -> list[tuple[HealthState, str, str]]:
    return [(finding.state, finding.what, finding.remedy) for finding in bucket_does_its_work()]


class TestDoctor:
    def test_a_bucket_that_works_is_fine_and_stays_empty(self, s3_site):
        ((state, what, _),) = told()
        assert (state, "written, read and deleted" in what) == (HealthState.OK, True)
        assert s3_site.keys() == []

    def test_a_bucket_that_anybody_reads_is_told(self, s3_site):
        s3_site.let_everybody_read()
        assert [state for state, what, _ in told() if "anybody may read" in what] == [HealthState.BROKEN]

    def test_a_server_that_is_away_and_a_bucket_that_is_not_there(self, s3_site, settings):
        there = settings.S3
        settings.S3 = replace(there, bucket="not-made-yet", backup_bucket="not-made-yet")
        ((state, _, remedy),) = told()
        assert (state, "make the bucket" in remedy) == (HealthState.BROKEN, True)
        settings.S3 = replace(there, endpoint="http://127.0.0.1:9")
        ((state, what, remedy),) = told()
        assert (state, "MEIRI_S3_ENDPOINT" in remedy) == (HealthState.BROKEN, True)
        assert "127.0.0.1:9" in what

    def test_wrong_keys_are_named(self, settings):
        with an_s3_server(checks_keys=True) as server:
            settings.MEDIA_IN_S3 = True
            settings.S3 = address_of(server)
            ((state, what, remedy),) = told()
            assert state is HealthState.BROKEN
            assert "InvalidAccessKeyId" in what
            assert remedy == "compare MEIRI_S3_ACCESS_KEY with the keys that the server has"
            assert SECRET not in what + remedy


class TestServer:
    def test_files_that_are_sent_in_parts_come_whole(self, s3_site, monkeypatch, tmp_path):
        monkeypatch.setattr(s3, "PART", 5 << 20)
        content = bytes(range(256)) * 50_000
        (tmp_path / "film").write_bytes(content)
        with (tmp_path / "film").open("rb") as file:
            s3_bucket().put("film", file, len(content), "0" * 64, "video/mp4")
            assert not file.closed
        with s3_bucket().reading("film") as pieces:
            assert b"".join(pieces) == content
        found = s3_bucket().describe("film")
        assert (found.size, found.digest) == (len(content), "0" * 64)
        assert s3_site.client().head_object(Bucket=BUCKET, Key="film")["ContentType"] == "video/mp4"

    def test_a_file_never_has_more_parts_than_a_server_takes(self, s3_site, monkeypatch):
        monkeypatch.setattr(s3, "PART", 5 << 20)
        monkeypatch.setattr(s3, "MOST_PARTS", 2)
        content = bytes(range(256)) * 50_000 + b"odd"
        s3_bucket().put("film", io.BytesIO(content), len(content), "0" * 64)
        said = s3_site.client().head_object(Bucket=BUCKET, Key="film")
        assert said["ETag"].endswith('-2"')  # the number of parts
        assert s3_site.content("film") == content

    def test_one_that_sends_too_slowly_is_given_up(self, s3_site):
        s3_site.client().put_object(Bucket=BUCKET, Key="slow", Body=bytes(3 << 20))
        with pytest.raises(S3Away, match="too slowly"), s3_bucket().reading("slow", 1e-9) as pieces:
            list(pieces)
