"""Graphs and solvers that know nothing of heat."""
