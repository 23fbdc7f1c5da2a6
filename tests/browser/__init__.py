"""The page in a real browser, with mouse, keyboard and screen reader."""
