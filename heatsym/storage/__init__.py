"""What keeps heat for later: one kind per file, one line each here."""

from __future__ import annotations

from heatsym.interfaces.exchange import Storage
from heatsym.storage.borehole import Borehole
from heatsym.storage.pit import Pit
from heatsym.storage.tank import Tank

STORAGES: dict[str, type[Storage]] = {cls.kind: cls for cls in (Tank, Pit, Borehole)}
