"""Equations: pure functions of arrays, one module per physical question."""
