"""Numbers about messages that wait, and the key that all nodes share."""

from collections.abc import Iterator

from meiri.metrics import Sample, measurement
from meiri.operations.nodes import register_shared_key
from meiri.push.models import PushMessage
from meiri.push.vapid import key_file

register_shared_key(key_file)


@measurement("meiri_push_waiting", "Push messages that wait to be sent")
def waiting_messages() -> Iterator[Sample]:
    yield (), PushMessage.objects.count()
