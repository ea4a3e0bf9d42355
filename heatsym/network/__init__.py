"""What carries heat: nodes, trenches, pipe properties."""
