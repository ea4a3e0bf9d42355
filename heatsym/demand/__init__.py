"""Demand: what consumers ask for, hour by hour, and the water that they send back."""

from heatsym.demand.load import loads
from heatsym.demand.model import Consumers, Demand

__all__ = ["Consumers", "Demand", "loads"]
