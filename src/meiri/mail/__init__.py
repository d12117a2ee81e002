"""Mail on its way: written with what causes it, sent by the worker."""
