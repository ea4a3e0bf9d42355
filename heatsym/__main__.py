"""``python -m heatsym``: the command line."""

from __future__ import annotations

from heatsym.cli import main

if __name__ == "__main__":
    main(prog_name="heatsym")
