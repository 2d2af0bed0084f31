"""Missions: short guided tours over the real pages, whose steps check themselves."""
