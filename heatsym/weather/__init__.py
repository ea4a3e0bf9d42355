"""Weather: packaged test reference years, weather files, and their mapping onto a run's time axis."""

from heatsym.weather.climate import surroundings
from heatsym.weather.ground import ground_of_air, ground_of_file, ground_of_swing
from heatsym.weather.mapping import air_temperature, daily_air
from heatsym.weather.model import Weather, WeatherYear
from heatsym.weather.read import read_weather
from heatsym.weather.sun import sun

__all__ = [
    "Weather",
    "WeatherYear",
    "air_temperature",
    "daily_air",
    "ground_of_air",
    "ground_of_file",
    "ground_of_swing",
    "read_weather",
    "sun",
    "surroundings",
]
