"""How often articles are read, and the hot list (今日热点)."""
