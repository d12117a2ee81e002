"""`/metrics`: what is counted and measured, in the text format of Prometheus."""

import logging
import os
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.http import Http404, HttpResponse
from django.views.decorators.http import require_GET
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from meiri.metrics import all_measurements
from meiri.visitors.address import comes_from

logger = logging.getLogger(__name__)


class SiteCollector(Collector):
    """The measurements of all apps. One that can't be read is left out: its absence is what an alarm is for."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        for one in all_measurements():
            family = GaugeMetricFamily(one.name, one.description, labels=one.labels)
            try:
                for labels, value in one.read():
                    family.add_metric(labels, value)
            except Exception:
                logger.warning("%s could not be measured", one.name, exc_info=True)
                continue
            yield family


@require_GET
def metrics(request):
    """Answers those alone whom MEIRI_METRICS_FROM names. To others the address does not exist."""
    if not comes_from(request, settings.METRICS_FROM):
        raise Http404
    site = CollectorRegistry()
    site.register(SiteCollector())
    content = _counted() + generate_latest(site)
    return HttpResponse(content, content_type=CONTENT_TYPE_LATEST, headers={"Cache-Control": "no-store"})


class BegunFiles(Collector):
    """What the processes have counted whose files are in `folder`. One that has just begun its file, or was killed over that, has written
    nothing yet."""

    def __init__(self, folder: Path):
        self._folder = folder

    def collect(self) -> Iterator[Metric]:
        begun = [str(path) for path in self._folder.glob("*.db") if path.stat().st_size]
        return iter(MultiProcessCollector.merge(begun))


def _counted() -> bytes:
    """What all processes have counted."""
    folder = os.environ.get("PROMETHEUS_MULTIPROC_DIR")
    if not folder:
        return generate_latest(REGISTRY)
    counted = CollectorRegistry()
    counted.register(BegunFiles(Path(folder)))
    return generate_latest(counted)
