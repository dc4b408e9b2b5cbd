"""The supplier's checks of a hand-over pack before importing it: nothing in a pack is trusted."""
