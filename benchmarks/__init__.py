"""How fast the engine is: against the machine that it runs on, and against other programs."""
