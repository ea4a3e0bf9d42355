"""Results as files for other tools: tables for spreadsheets, maps for geographic information systems."""
