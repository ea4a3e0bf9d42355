"""Where what stands in the arrays of a storage. Named like kernels, whose compiled code depends on it.

A storage is three slices of larger arrays, so that many of them stand one behind another:

``state`` (size,)
    Place 0 is the position of the moving layers, then come temperatures from the hot end to the cold one,
    then those of the soil around. [degC]
``figure`` (FIGURES,)
    Numbers of the storage as a whole, by the names below.
``table`` (size, COLUMNS)
    Conductances and capacities; rows stand where ``state`` has what they belong to.

``work`` (2, as many as the longest state and 3 more) is memory to work in.
"""

from __future__ import annotations

LAYERS, ZONES, GROUND = range(3)
"""Values of ``figure[KIND]``."""
KIND, CELLS, RINGS, CAPACITY, HOTTEST, STRATIFIER, LARGEST_FLOW, FIGURES = range(8)
"""Places of ``figure``: kind of model; segments, or cells with boreholes; rings of soil around segments, or
cells of soil beyond the rim; capacity of a segment [J/K]; temperature that no water may exceed [degC]; 1 if
water enters at the level of its own temperature; largest flow through boreholes as capacity [W/K]."""
HOLDS, ALONG, AIR, DEEP, ALOOF, EXCHANGE, COLUMNS = range(7)
"""Columns of ``table``: capacity of soil [J/K]; conductance [W/K] along the storage, for layers at the
boundary above the segment and for whole layers on either side, for cells of ground to the next; to the air;
to undisturbed ground; from a segment or ring to the next ring, or from the last to the ground; from the water
in boreholes to a cell."""
EDGE = 1e-6
"""Part of a segment that a layer has at least. [-]"""
