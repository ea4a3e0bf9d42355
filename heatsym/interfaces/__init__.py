"""The narrow waist: what parts of heatsym may know of each other.

``fields``: how a thing declares its parameters; ``axis``: time; ``profile``: numbers that vary;
``exchange``: what sources, loads and plans look like to dispatch and engine.
"""
