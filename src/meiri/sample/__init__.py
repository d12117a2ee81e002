"""The sample newsroom: sections, people, articles, drawn pictures."""
