"""Hindcast policies in QF-Lib: the bundle's observation, normaliser, network and actions, sized as Hindcast's own loop sizes them."""
