"""A run as one page: pictures, the table behind each, and words; offline, in one HTML file."""
