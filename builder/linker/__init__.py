"""Words to meaning: claims about named places and labelled periods become facts about unit versions."""

from builder.linker.link import link_document

__all__ = ["link_document"]
