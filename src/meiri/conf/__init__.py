"""Settings, addresses, the `meiri` command and the process group: what puts all of Meiri together."""
