"""From results to numbers: energy, emissions, money, and the summary of a run."""
