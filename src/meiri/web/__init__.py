"""The reader's site: its pages, templates, styles and scripts."""
