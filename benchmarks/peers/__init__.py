"""The same district in other programs, each in its own virtual environment."""
