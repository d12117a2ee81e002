"""Another newsroom's Wagtail site, with its public API: `python -m tests.ingest.migration.old_wagtail PORT FOLDER`."""
