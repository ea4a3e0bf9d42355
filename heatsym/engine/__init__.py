"""From a case to a trajectory: prepare, rounds of plan and march, hydraulics."""
