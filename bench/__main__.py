"""`make bench`: every measurement in this folder, one after the other."""

import importlib
import pkgutil

import bench

for module in sorted(m.name for m in pkgutil.iter_modules(bench.__path__) if not m.name.startswith("_")):
    found = importlib.import_module(f"bench.{module}")
    if module != "audit" and hasattr(found, "main"):
        print(f"\n{module}: {(found.__doc__ or '').strip().splitlines()[0]}\n")
        found.main([])
