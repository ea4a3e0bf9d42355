"""Who gives how much, hour by hour."""
