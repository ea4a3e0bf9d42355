"""What one more unit of heat costs."""

from __future__ import annotations

from heatsym.interfaces.axis import FloatArray


def marginal_cost(
    price: FloatArray,
    fuel_per_heat: FloatArray,
    fuel_cost: FloatArray,
    electricity_per_heat: FloatArray,
    electricity_cost: FloatArray,
) -> FloatArray:
    """Cost of one more joule of heat from each source.

    Parameters
    ----------
    price : array
        Paid to the partner or for wear, per unit of heat; (time, source). [EUR/J]
    fuel_per_heat, electricity_per_heat : array
        Inputs per unit of heat; (time, source). [-]
    fuel_cost : array
        Price of each source's fuel with its CO2; (time, source). [EUR/J]
    electricity_cost : array
        Price of electricity; (time, 1). [EUR/J]

    Returns
    -------
    array
        Marginal cost of heat; (time, source). [EUR/J]

    References
    ----------
    .. [1] Derived here.
    """
    return price + fuel_per_heat * fuel_cost + electricity_per_heat * electricity_cost
