"""Every problem code: title, what it means, how to mend it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Code:
    """One kind of problem."""

    title: str
    meaning: str
    remedy: str


CODES: dict[str, Code] = {
    # files
    "HS002": Code(
        "not TOML",
        "The case file breaks the rules of TOML at the line given.",
        "Correct that line; strings need quotes, tables need brackets.",
    ),
    "HS003": Code(
        "file missing",
        "A file that the case names does not exist.",
        "Correct the path; paths are relative to the case file.",
    ),
    "HS004": Code(
        "path not allowed",
        "A path leaves the project of the case: its folder or, where that is named configs, the one above.",
        "Move the file into the project, or allow files outside (--allow-outside).",
    ),
    "HS005": Code(
        "file unfit",
        "A file is no readable text: a folder, a device, binary, UTF-16, or too large.",
        "Save the table as UTF-8 text with commas or semicolons.",
    ),
    "HS006": Code(
        "old encoding",
        "A file is not UTF-8 and was read as Windows-1252.",
        "Save it as UTF-8, so that letters beyond ASCII are certain.",
    ),
    # keys and values
    "HS101": Code(
        "missing",
        "A key or section that is needed is absent.",
        "Add it; `heatsym explain` with the key's name tells what it means.",
    ),
    "HS102": Code(
        "wrong type",
        "A value is of a kind that the key does not take, e.g. text for a number.",
        "Write a value of the kind named; numbers without quotes, text with.",
    ),
    "HS103": Code(
        "unknown key",
        "The section has no such key. Nothing is ignored: a misspelt key would change the result in silence.",
        "Use the name suggested, or remove the key.",
    ),
    "HS104": Code(
        "unit missing",
        "A number with a unit must carry the unit in its key.",
        "Append the unit to the key, e.g. power_MW; `heatsym explain units` lists the spellings.",
    ),
    "HS105": Code(
        "wrong unit",
        "The unit at the end of the key measures something else.",
        "Use a unit of the right quantity; degC is a temperature, K a difference of temperatures.",
    ),
    "HS106": Code("given twice", "The same quantity is given twice, e.g. in two units.", "Keep one."),
    "HS107": Code(
        "out of range",
        "A number is impossible or implausible; often the unit is wrong, or a temperature is in kelvin.",
        "Correct the number or the unit of the key.",
    ),
    "HS108": Code(
        "not a choice", "The text is not one of the words that the key takes.", "Use one of the words listed."
    ),
    "HS109": Code(
        "unknown name",
        "A scenario or override changes an item of a list that does not exist.",
        "Use one of the names listed; quote names with spaces or points.",
    ),
    "HS110": Code(
        "override unreadable",
        "An override is not of the form key=value.",
        "Write for example -s source.works.power_kW=500 or -s 'source.\"old works\".power_kW=500'.",
    ),
    "HS111": Code("alternatives", "Exactly one of several keys is needed.", "Keep one of the keys listed."),
    "HS112": Code(
        "unknown scenario", "The case file has no scenario of this name.", "Use one of the names listed."
    ),
    # tables and maps
    "HS201": Code(
        "table malformed",
        "A table's rows, columns or quotes do not fit together.",
        "Correct the line given: as many cells as the header, each column named once.",
    ),
    "HS202": Code(
        "column missing", "A table lacks a column that is needed.", "Add the column, or name the right one."
    ),
    "HS203": Code(
        "bad cell", "A cell is empty or holds text where a number is needed.", "Fill in the number."
    ),
    "HS204": Code(
        "not in the catalogue",
        "The pipe catalogue has no such nominal diameter.",
        "Use a diameter of the catalogue, or give inner_diameter_mm.",
    ),
    "HS205": Code("name twice", "Two rows or items have the same name.", "Give each its own name."),
    "HS206": Code(
        "pipe without diameter", "A pipe has neither dn nor inner_diameter.", "Give one of the two."
    ),
    "HS207": Code(
        "GeoJSON unfit",
        "The file is not a GeoJSON collection of lines and points that can be used.",
        "Export it again as a FeatureCollection of LineStrings and Points.",
    ),
    "HS208": Code(
        "length differs from the map",
        "A given length differs from the drawn line by more than 10 %, or does not fit the places of its "
        "nodes; the given one is used.",
        "Check the length and its unit, or the map.",
    ),
    "HS209": Code(
        "not used",
        "A column or key of a table is not used.",
        "Nothing, if it is meant for others; else check its spelling.",
    ),
    "HS210": Code(
        "point off the network",
        "A point of the map lies more than 0.1 m from the end of any pipe.",
        "Draw the pipe to the point.",
    ),
    "HS211": Code(
        "coordinates taken as metres",
        "Coordinates are no longitudes and latitudes, so they are taken as metres.",
        "Name the coordinate system in the file, or export longitude and latitude.",
    ),
    # references between parts
    "HS301": Code(
        "unknown node",
        "A pipe, consumer, source or pressure hold names a node that does not exist.",
        "Correct the name, or add the node.",
    ),
    "HS302": Code(
        "no source",
        "No source is there or enabled, so nothing heats the water.",
        "Add a [[source]], for example of kind ideal or boiler.",
    ),
    "HS303": Code(
        "unknown pipe",
        "A closed trench, a valve or a pump names a pipe that does not exist.",
        "Correct the name; pipes are called by their id, in a drawing P1, P2, ... where they have none.",
    ),
    "HS304": Code("same node", "A pipe starts and ends at the same node.", "Correct from or to."),
    "HS305": Code(
        "unreachable",
        "Nodes are not connected by pipes to any source.",
        "Add the missing pipe, or correct from and to; in a map, let the lines meet.",
    ),
    "HS306": Code(
        "weather needed",
        "A value depends on the weather, and the case has none.",
        'Add [weather] with dataset = "rostock" or a file.',
    ),
    "HS307": Code(
        "consumer without heat",
        "A consumer has neither annual heat nor a series.",
        "Give annual_heat with a kind, or a column in the series file.",
    ),
    "HS309": Code(
        "unknown source", "The pump of a source that does not exist is described.", "Correct the name."
    ),
    # weather and demand
    "HS401": Code(
        "weather chosen twice",
        "The case needs either a packaged weather year or a weather file.",
        "Keep dataset or file.",
    ),
    "HS402": Code(
        "weather format unknown",
        "The weather file is of no format that is known by its first lines.",
        "Give EPW, TMY3, PVGIS (CSV or JSON), a test reference year of DWD, or a table with a column time.",
    ),
    "HS403": Code("weather file missing", "The weather file does not exist.", "Correct the path."),
    "HS404": Code(
        "weather file malformed",
        "The head of the weather file or its table breaks its format.",
        "Download or export the file again.",
    ),
    "HS405": Code(
        "weather row malformed",
        "A row of the weather file cannot be read.",
        "Correct the line given.",
    ),
    "HS406": Code(
        "weather incomplete",
        "Hours or values of the weather file are missing. Gaps are never bridged in silence.",
        "Use a complete file.",
    ),
    "HS407": Code(
        "weather impossible",
        "A temperature, irradiance or wind of the weather file is impossible; often it is in kelvin.",
        "Correct the file; temperatures are in degrees Celsius, irradiance in W/m2.",
    ),
    "HS408": Code(
        "weather does not cover the case",
        "The weather file is of another time than the case.",
        "Set weather.typical = true to take it by month, day and hour, or use weather of the case's time.",
    ),
    "HS409": Code(
        "weather out of step with the sun",
        "The irradiance of the weather file comes at other hours than the sun over its place.",
        "Correct the time zone, the place, or whether times are starts or ends of hours.",
    ),
    "HS411": Code(
        "holidays unknown",
        "No public holidays are known for this country or subdivision.",
        "Write for example DK or DE-MV.",
    ),
    "HS412": Code("series has gaps", "A consumer's series has missing values.", "Complete the series."),
    "HS413": Code("series negative", "A consumer's heat or flow is negative.", "Correct the series."),
    "HS414": Code(
        "heat and flow", "A consumer has a series of heat and one of flow.", "Keep one for each consumer."
    ),
    "HS415": Code(
        "consumer without heat or kind",
        "A consumer has neither a series nor annual heat with a kind or profile.",
        "Give annual_heat_MWh and kind, or a column in the series file.",
    ),
    "HS416": Code("profile unknown", "There is no load profile of this name.", "Use a name listed."),
    "HS417": Code(
        "building class does not fit",
        "Only residential profiles have building classes, 1 to 11.",
        "Correct the class, or leave it empty.",
    ),
    "HS418": Code(
        "weather of a year needed",
        "Annual heat is spread over the year by its outdoor temperatures.",
        "Add [weather] that covers a year, or give series.",
    ),
    "HS419": Code(
        "return rule",
        "The consumers' return temperature does not follow from the case.",
        "Give exactly one of return_temperature_degC, temperature_drop_K and [demand.substation].",
    ),
    "HS420": Code(
        "substation",
        "Heat cannot pass the substation as described, or what it depends on is not known.",
        "At design points, temperatures must fall from the network to the radiators and the room.",
    ),
    "HS421": Code(
        "building not known",
        "Building physics does not know what it needs of a building.",
        "Give construction_year, an area or annual heat, and a kind that the country's tables have.",
    ),
    "HS422": Code(
        "hot water exceeds heat",
        "Hot water is part of annual heat, but more than all of it.",
        "Correct annual_heat, hot_water or dwellings.",
    ),
    "HS423": Code(
        "metered heat does not fit",
        "Models cannot be scaled to the heat that was metered.",
        "Give one number for a run of a year, or twelve, one for each of its months, from January.",
    ),
    "HS424": Code(
        "no signature",
        "Daily heat and outdoor temperature do not tell an energy signature.",
        "Give at least 90 consecutive days with summer and winter, each once, without gaps.",
    ),
    # time and series
    "HS601": Code(
        "time axis",
        "Start, length and step make no time axis.",
        "Give start, days or duration, timezone, and a step that divides an hour.",
    ),
    "HS602": Code(
        "wrong number of rows",
        "A series without time column needs exactly one row for each elapsed step.",
        "Add or remove rows, or add a time column. Days of 23 and 25 hours count as they are.",
    ),
    "HS603": Code(
        "instant twice",
        "Two rows of a series have the same time.",
        "Remove one; the local hour that repeats in autumn appears twice, in order, or carries an offset.",
    ),
    "HS604": Code("time goes back", "Rows of a series are not in order of time.", "Sort the rows."),
    "HS605": Code(
        "gap",
        "Rows of a series are missing.",
        'Add them, or say how to fill: { file, column, fill = "hold" | "interpolate" | "zero" }.',
    ),
    "HS606": Code(
        "value missing",
        "A cell of a series is empty or not a number.",
        'Fill it in, or say how: { file, column, fill = "hold" | "interpolate" | "zero" }.',
    ),
    "HS607": Code(
        "time unreadable",
        "A time is not ISO 8601, does not exist on the local clock, or is negative.",
        "Write 2025-03-01T13:00 (local) or 2025-03-01T12:00Z.",
    ),
    "HS608": Code(
        "series too short", "A series does not cover the case's time.", "Extend it, or shorten the case."
    ),
    "HS609": Code("gap filled", "Missing values were filled as the case asks.", "Nothing, if that is meant."),
    "HS610": Code(
        "series shifted",
        "Rows last as long as the case, but all of them are too late or too early: their times are the ends "
        "of hours, or their offset is wrong.",
        "Write the start of each row's time, and its true offset, or local time without one.",
    ),
    "HS611": Code(
        "other spacing",
        "Rows of a series are closer together or further apart than the steps of the case.",
        'Without a time column add one. With one, say input = "hold" for means that last until the next row, '
        'or input = "linear" for values at an instant.',
    ),
    "HS612": Code(
        "clock change",
        "Local times do not follow the local clock: spring leaves an hour out, autumn repeats one.",
        "Follow it, or write times with an offset or Z, as of a clock that never changes.",
    ),
    "HS613": Code(
        "code for a missing value",
        "A number such as 9999, 999.9 or -999 stands for a missing value: it is beyond all others by three "
        "times their spread, or by half of it three times or more, or comes far more often than any other.",
        'Leave such cells empty, and say how to fill: { file, column, fill = "hold" | "interpolate" }.',
    ),
    "HS614": Code(
        "meter register",
        "A column of heat, power or flow never falls: it is a meter's register, which counts up.",
        "Give the difference from row to row, as a power or flow.",
    ),
    "HS615": Code(
        "kelvin", "Temperatures of a series are in kelvin, but read as degrees Celsius.", "Subtract 273.15."
    ),
    "HS616": Code(
        "zero throughout",
        "A consumer's series is zero in every row.",
        "Nothing, if nobody lives there; else check the meter.",
    ),
    "HS617": Code(
        "unchanging",
        "A series that often changes stays at one value other than zero for three days or longer.",
        "Check the meter; leave cells empty where it was stuck, and say how to fill.",
    ),
    "HS618": Code(
        "filled with zero",
        'Missing values would become zero by fill = "zero", which is none: 0 degC is a temperature.',
        'Use fill = "hold" or "interpolate".',
    ),
    # what cannot be
    "HS501": Code(
        "supply not above return",
        "The supply temperature is not above the consumers' return temperature.",
        "Correct one of the two.",
    ),
    "HS502": Code(
        "curve not ascending",
        "The points of a curve must ascend in outdoor temperature, those of a pump's curve in flow while its "
        "lift falls.",
        "Sort the points, or correct them.",
    ),
    "HS503": Code(
        "limits crossed",
        "A lower limit is above its upper limit, or an end is before its start.",
        "Correct one of the two.",
    ),
    "HS504": Code(
        "implausible",
        "A value is possible, but rarely meant: often its unit is wrong, or two values are swapped.",
        "Check the value named; nothing, if it is meant.",
    ),
    "HS505": Code(
        "approximated",
        "Something that the case asks for is approximated; the text says what and how.",
        "Nothing, if that is good enough.",
    ),
    # storages
    "HS550": Code(
        "storage boils",
        "The largest temperature of a storage is not below the one at which its water boils.",
        "Lower max_temperature_degC, or give the absolute pressure at its top.",
    ),
    "HS551": Code(
        "hotter than the liner",
        "The largest temperature of a pit is above what its liner bears for long, 90 degC for polyethylene.",
        "Lower max_temperature_degC, or give liner_temperature_degC of a better liner.",
    ),
    "HS552": Code(
        "shape impossible",
        "The measures of a storage do not go together: walls of a pit meet above its floor, or boreholes"
        " overlap.",
        "Correct volume, depth, slope or spacing.",
    ),
    "HS553": Code(
        "start outside the limits",
        "A storage begins hotter than it may become, or with cold water above hot water.",
        "Correct initial_hot_temperature_degC or initial_cold_temperature_degC.",
    ),
    "HS554": Code(
        "charged from nobody",
        "charge_from of a storage names a source that the case does not have.",
        "Use the name of a source; leave charge_from out for all surplus heat.",
    ),
    "HS555": Code(
        "nothing to lift",
        "The heat pump of a storage cools nothing below its least temperature; the storage is never above.",
        "Lower least_temperature_degC of the heat pump, or raise max_temperature_degC.",
    ),
    # sites
    "HS560": Code(
        "site without streams",
        "A site has no stream of surplus heat, so that it has nothing to offer.",
        "Add [[source.stream]] with name, power, temperature and limit_temperature.",
    ),
    "HS561": Code(
        "need that cools",
        "Heat that a works needs warms something; its end is below its start.",
        "Swap from and to, or describe a stream of surplus heat instead.",
    ),
    # heat pumps
    "HS520": Code(
        "heat pump above what is possible",
        "A coefficient of performance is above that of a reversible machine between the same temperatures.",
        "Lower the COP, or correct the temperatures of stream or network.",
    ),
    "HS521": Code(
        "beyond a map",
        "A heat pump's map of COP or power does not reach to temperatures that occur in the run.",
        "Add points that enclose them.",
    ),
    "HS522": Code(
        "source freezes",
        "A heat pump would cool its source below freezing.",
        "Cool it less: raise limit_temperature_degC. For brine or gas give freezing_degC.",
    ),
    "HS523": Code(
        "nothing known to lift",
        "A heat pump or a heat exchanger of given size is on a stream without limit_temperature: how far the "
        "stream may be cooled, and so its flow, is not known.",
        "Give limit_temperature_degC, down to which the power counts.",
    ),
    "HS524": Code(
        "machine contradictory",
        "Keys of a heat pump or heat exchanger do not go together, or what its model needs is missing.",
        "Give cop, or a model with what it needs: share for carnot and lorenz, map for map; ua or exchanger.",
    ),
    "HS525": Code(
        "no map",
        "Points of source and sink temperature make no area, so that nothing lies between them.",
        "Give three points or more that are not in one line.",
    ),
    "HS540": Code(
        "one of two",
        "Two keys of a plant say the same thing, or a key belongs to another kind of plant.",
        "Keep one of the two, or leave the key out.",
    ),
    "HS541": Code(
        "points out of order",
        "The points of a plant's curve must ascend.",
        "Sort the points, or correct them.",
    ),
    "HS542": Code(
        "no default",
        "Nothing is packaged for this plant and fuel, and the case does not say it.",
        "Give the value.",
    ),
    "HS543": Code(
        "plant that cannot be",
        "A plant would give more than its fuel holds, or could never run.",
        "Correct the value named, or those named with it.",
    ),
    "HS544": Code(
        "no sun",
        "Collectors need direct and diffuse irradiance and the place of the weather, and it has none.",
        'Take dataset = "rostock", or a weather file with irradiance and a place.',
    ),
    # when sources run, and what is known of them
    "HS530": Code(
        "no day of the year",
        "A day that comes every year is written as month and day; 29 February does not come every year.",
        'Write for example "06-01" for 1 June.',
    ),
    "HS531": Code(
        "source contradictory",
        "Keys of a source do not go together, or what its heat or temperature follows from is missing.",
        "Give one of the keys named; `heatsym explain source` lists which keys follow from a sector.",
    ),
    "HS545": Code(
        "booster where none can be",
        "A heat pump at a consumer needs its heat demand: not a given flow, not a prosumer, and returns by"
        " return_temperature or temperature_drop.",
        "Leave booster_supply empty for this consumer, or change what stands against it.",
    ),
    "HS533": Code(
        "no site left",
        "A list of sites has none that could be a source: none near the place, or none with heat.",
        "Widen --within, or correct --near: longitude, then latitude.",
    ),
    # rules of dispatch
    "HS810": Code(
        "runs at least at no load",
        "A machine is to run some time at least once it is started, and may do so at no load.",
        "Give its least load, or remove the time.",
    ),
    "HS811": Code(
        "no season",
        "A season is written as its first and last day or month; it may pass the end of the year.",
        'Write for example ["04-01", "09-30"], or ["10", "03"] for October to March.',
    ),
    "HS812": Code(
        "cheap without prices",
        "A storage is to be charged in cheap hours, and the case has no prices to tell them by.",
        'Add [prices], or leave out charge_when = "cheap".',
    ),
    "HS813": Code(
        "rule without effect",
        "A key of a storage belongs to a rule that it does not follow.",
        "Choose the rule with charge_when, or remove the key.",
    ),
    # parts of results
    "HS701": Code(
        "not in the results",
        "The results have no variable, dimension or object of this name.",
        "Use one of the names proposed; heatsym info lists the variables of a run.",
    ),
    "HS702": Code(
        "part not possible",
        "A selection is not of the form dimension=name, the steps are longer than the period asked for,"
        " or several tables are to go into one file.",
        "Write for example --select source=works, ask for a longer period, or name a folder.",
    ),
    "HS703": Code(
        "checkpoint refused",
        "An interrupted run can only be continued with the same case, the same input files and the same"
        " versions, and from a checkpoint that is whole.",
        "Put back what has changed since, or run without --resume to start from the beginning.",
    ),
    # dispatch
    "HS820": Code(
        "no such source to commit",
        "The sources that are on or off are named by their names.",
        "Use the name suggested.",
    ),
    "HS821": Code(
        "price missing for least cost",
        "Least cost cannot be found while the price of something that a source uses is not known.",
        "Give the price, or dispatch by merit order or by emissions.",
    ),
    "HS822": Code(
        "factor missing for least emissions",
        "CO2 cannot be weighed while the factor of something that a source uses is not known.",
        "Name a set that has it, or give it.",
    ),
    "HS823": Code(
        "key without effect",
        "The key belongs to another method of dispatch, another horizon or another foresight.",
        "Leave it out, or choose what it belongs to.",
    ),
    # searches over many runs
    "HS840": Code(
        "no heating curve",
        "A heating curve is searched for by its two points over outdoor temperature: the case needs weather"
        " and a supply temperature that is a number or a curve of two points.",
        "Write for example supply_temperature_degC = [[-12, 90], [15, 70]].",
    ),
    "HS841": Code(
        "nothing to keep low",
        "Runs are compared by cost of operation or by CO2, and a run of this case does not compute it.",
        "Complete [prices] or [emissions]; heatsym run says what is missing.",
    ),
    "HS842": Code(
        "nothing to search in",
        "The lowest supply temperature that is looked at is not below the highest.",
        "Lower --lowest or raise --highest; by default they follow consumers' minima and the case's curve.",
    ),
    # what if a source stops
    "HS830": Code(
        "source not in the run",
        "A question about outages names a source that the case does not have, or that is not enabled.",
        "Use one of the names listed; --closes also takes the name of a partner.",
    ),
    "HS831": Code(
        "kind cannot do that",
        "An ideal source gives heat at any time and cannot fail; backup is made of boilers, electric boilers"
        " and ideal sources.",
        "Name a source of another kind.",
    ),
    "HS832": Code(
        "no stop to move",
        "The source has no planned stop and no length was given, or the stop is longer than the run.",
        "Give the length in days (--stop-days), a shorter one, or a longer period.",
    ),
    "HS833": Code(
        "backup out of reach",
        "More capacity beside this plant does not bring unserved heat below the target; what is missed then"
        " is missed for the causes named: supply water too cold, a largest flow reached, trenches closed.",
        "Place the backup at another node, widen what limits the flow, or set a higher target.",
    ),
    "HS834": Code(
        "number out of range",
        "A number of years, weeks, days or MWh in a question about outages is too small.",
        "Give at least the number named.",
    ),
}
