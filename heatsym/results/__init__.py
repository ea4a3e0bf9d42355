"""What a run computed, under its public names: vocabulary, Dataset, balance, files."""
