"""Measurements are run seldom: what they import must be there all the same."""

import pkgutil
import subprocess
import sys

import bench
from tests.conftest import PROJECT


def test_each_measurement_can_be_loaded():
    # To load `__main__` is to run them all.
    names = [found.name for found in pkgutil.iter_modules(bench.__path__) if found.name != "__main__"]
    program = "import django; django.setup()\n" + "\n".join(f"import bench.{name}" for name in names)
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=PROJECT, capture_output=True, text=True, timeout=120
    )
    assert (done.returncode, done.stderr) == (0, "")
