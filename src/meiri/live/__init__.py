"""Live coverage (直播): reports that grow entry by entry while something happens."""
