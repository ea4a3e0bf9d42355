"""What the streams of a works give each other, and how the network fits to what they leave."""

from __future__ import annotations

from typing import Any

import numpy as np

from heatsym.analysis.figures import context, enabled_sources, power
from heatsym.case.model import Case
from heatsym.interfaces.axis import FloatArray
from heatsym.interfaces.exchange import Site
from heatsym.interfaces.profile import Context
from heatsym.physics.pinch import Cascade, composite_curve
from heatsym.results.frame import Results
from heatsym.sources.common import feed_temperature
from heatsym.sources.site import Balance, IndustrialSite
from heatsym.tables.factors import JOULES_PER_MWH


def sites(case: Case, results: Results) -> dict[str, dict[str, Any]]:
    """Heat that streams and needs of each site exchange [MWh], and its composite curves in one step.

    Parameters
    ----------
    case : Case
        The study.
    results : Results
        Its results, from which the network's temperatures come.

    Returns
    -------
    dict of str to dict
        By name of the site: ``streams_MWh``, ``needs_MWh``, ``recovered_MWh``, ``outside_MWh`` (what the
        needs take from elsewhere), ``left_MWh`` (what is offered), and ``curves``: the position ``step`` of
        the step in which most was fed in, or, if nothing was, in which the streams had most; the composite
        curves ``streams`` and ``needs``, the cascade ``left`` and the ``network`` against it, as points
        ``degC`` and ``kW``; ``pinch_degC`` as far as there is one. The last three are in shifted
        temperatures. Empty without sites.
    """
    found: dict[str, dict[str, Any]] = {}
    for position, source in enumerate(enabled_sources(case)):
        if not isinstance(source, IndustrialSite):
            continue
        ctx = context(case, results)
        balance, left = source.balance(ctx), source.left(ctx)
        gives = np.maximum(balance.power, 0.0).sum(axis=1)
        direct = np.nan_to_num(power(results, "source_heat_direct")[:, position])
        step = int(np.argmax(direct if direct.any() else gives))
        values = {
            "streams_MWh": gives,
            "needs_MWh": np.maximum(-balance.power, 0.0).sum(axis=1),
            "recovered_MWh": left.recovered,
            "outside_MWh": left.hot_utility,
            "left_MWh": left.cold_utility,
        }
        found[source.name] = {
            key: float(heat.sum()) * case.axis.step / JOULES_PER_MWH for key, heat in values.items()
        } | {"curves": _curves(source, ctx, results, position, step, balance, left)}
    return found


def _curves(
    source: IndustrialSite,
    ctx: Context,
    results: Results,
    position: int,
    step: int,
    balance: Balance,
    left: Cascade,
) -> dict[str, Any]:
    """Composite curves, cascade and network of one step."""
    heat, upper, lower = (a[step] for a in balance[:3])
    real_upper, real_lower = upper + balance.shift, lower + balance.shift
    gives, takes = heat > 0.0, heat < 0.0
    site = Site(
        power(results, "network_supply_setpoint"), power(results, "source_return_temperature")[:, position]
    )
    t_feed = float(feed_temperature(ctx, site, source.supply_temperature)[step])
    t_return = float(np.nan_to_num(site.t_return[step], nan=t_feed))
    direct = float(np.nan_to_num(power(results, "source_heat_direct")[step, position]))
    cascade = np.stack([left.over[step], left.under[step]], axis=-1).ravel()
    curves = {
        "step": step,
        "streams": _points(*composite_curve(heat[gives], real_upper[gives], real_lower[gives])),
        "needs": _points(
            *composite_curve(heat[takes], real_upper[takes], real_lower[takes]), left.cold_utility[step]
        ),
        "left": _points(np.repeat(left.level[step], 2), cascade),
        "network": _points(np.array([t_return, t_feed]), np.array([direct, 0.0])),
    }
    if np.isfinite(left.pinch[step]):
        curves["pinch_degC"] = float(left.pinch[step])
    return curves


def _points(temperature: FloatArray, heat: FloatArray, start: float = 0.0) -> dict[str, list[float]]:
    """Points of a curve that begins at some heat [W]; those that repeat are left out."""
    pairs = list(dict.fromkeys(zip(temperature.tolist(), ((heat + start) / 1e3).tolist(), strict=True)))
    return {"degC": [t for t, _ in pairs], "kW": [q for _, q in pairs]}
