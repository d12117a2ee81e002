"""How long it takes from a change in the newsroom to the page that shows it."""

from prometheus_client import Histogram

FRESH_SECONDS = Histogram(
    "meiri_page_fresh_seconds",
    "From the entry of a change in the journal to each stored page that shows it",
    buckets=(0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 30, 60, 300, 1800),
)
