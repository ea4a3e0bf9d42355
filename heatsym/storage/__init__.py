"""What holds heat from one step to the next."""
