"""Whether heat can be dispatched as the case wishes: prices, factors and names that this needs."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence

import numpy as np

from heatsym.case.keys import suggestion
from heatsym.case.reader import Reader
from heatsym.case.settings import Emissions, Prices
from heatsym.case.validate import Parts, written
from heatsym.dispatch.settings import Dispatch
from heatsym.interfaces.exchange import Offer, Source
from heatsym.tables.factors import ELECTRICITY, JOULES_PER_MWH, counted_factor

ALWAYS = ("method", "objective", "carbon_weight")
"""Keys that go with any method."""
ROLLING = ("window_days", "lookahead_days", "end_value", "foresight", "seed")
"""Keys of a rolling horizon."""
NOISY = ("demand_error", "price_error", "source_error", "seed")
"""Keys of forecasts with errors by chance."""


def dispatchable(
    reader: Reader, parts: Parts, rules: Dispatch, offers: Sequence[tuple[Source, Offer]]
) -> None:
    """Note what the section ``dispatch`` asks for and cannot have; ``offers`` are of enabled sources."""
    names = tuple(source.name for _, source in parts.sources)
    for name in rules.commit:
        if name not in names:
            reader.error(
                ("dispatch", "commit"), "HS820", f"there is no source {name!r}", suggestion(name, names)
            )
    for key in _idle(rules):
        if getattr(rules, key) != getattr(Dispatch(), key):
            reader.warning(
                written(reader, ("dispatch", key)),
                "HS823",
                f"does nothing with method {rules.method!r}"
                + (f" and horizon {rules.horizon!r}" if rules.method == "linear" else "")
                + (f" and foresight {rules.foresight!r}" if key in NOISY else ""),
                "leave it out, or choose the method that it belongs to",
            )
    if reader.clock is None:
        return
    if rules.method == "linear" and rules.objective == "cost":
        _wanted(reader, parts.prices, offers, _unpriced(parts.prices, offers))
    if rules.objective == "emissions" or rules.co2_cap is not None or _weighs(rules):
        _unknown(reader, parts.emissions or Emissions(), offers)


def _weighs(rules: Dispatch) -> bool:
    """Whether CO2 has a weight in the choice."""
    return not isinstance(rules.carbon_weight, float | int) or rules.carbon_weight > 0.0


def _idle(rules: Dispatch) -> Iterator[str]:
    """Keys that do nothing with the others as they are."""
    for one in dataclasses.fields(Dispatch):
        idle = rules.method != "linear" and one.name not in ALWAYS
        idle |= rules.horizon != "rolling" and one.name in ROLLING
        idle |= rules.foresight != "noisy" and one.name in NOISY
        if idle:
            yield one.name


def _unpriced(
    prices: Prices | None, offers: Sequence[tuple[Source, Offer]]
) -> dict[str, list[tuple[Source, Offer]]]:
    """Carriers without a price, and the sources that use them."""
    missing = dict[str, list[tuple[Source, Offer]]]()
    for source, offer in offers:
        used = [source.fuel] if source.fuel is not None else []
        used += [ELECTRICITY] if (offer.electricity_per_heat != 0.0).any() else []
        for carrier in used:
            if prices is None or getattr(prices, carrier) is None:
                missing.setdefault(carrier, []).append((source, offer))
    return missing


def _wanted(
    reader: Reader,
    prices: Prices | None,
    offers: Sequence[tuple[Source, Offer]],
    missing: dict[str, list[tuple[Source, Offer]]],
) -> None:
    """Note prices that least cost needs, and how much heat hangs on them."""
    if prices is None and not missing:
        missing = {"heat": list(offers)}
    for carrier, users in missing.items():
        reader.error(
            ("dispatch", "method"),
            "HS821",
            f"there is no price for {carrier}, so nobody knows what heat costs: "
            + "; ".join(_could(reader, source, offer) for source, offer in users),
            f"give {carrier}_EUR_per_MWh in [prices], or use method merit_order, or objective emissions",
        )


def _unknown(reader: Reader, emissions: Emissions, offers: Sequence[tuple[Source, Offer]]) -> None:
    """Note factors that CO2 in the choice needs, and how much heat hangs on them."""
    for source, offer in offers:
        used = [source.fuel] if source.fuel is not None else []
        if (offer.electricity_per_heat > 0.0).any() and emissions.electricity is None:
            used.append(ELECTRICITY)
        for carrier in used:
            if counted_factor(emissions.set, carrier) is None:
                reader.error(
                    ("dispatch",),
                    "HS822",
                    f"set {emissions.set} has no CO2 of {carrier}, so nobody knows what heat emits: "
                    + _could(reader, source, offer),
                    "name another set in [emissions]"
                    + (", or give electricity_kg_per_MWh" if carrier == ELECTRICITY else ""),
                )


def _could(reader: Reader, source: Source, offer: Offer) -> str:
    """What a source could give, in words."""
    assert reader.clock is not None
    hours = reader.clock.axis.step / 3600.0
    running = float((offer.power > 0.0).sum()) * hours
    there = f"{source.name} could run in {running:,.0f} h".replace(",", " ")
    if not np.isfinite(offer.power).all():
        return f"{there} without limit"
    heat = float(offer.power.sum()) * hours * 3600.0 / JOULES_PER_MWH
    return f"{there} and give {heat:,.0f} MWh".replace(",", " ")
