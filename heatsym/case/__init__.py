"""The study as data: case file, tables and series, checked together and turned into a frozen ``Case``."""
