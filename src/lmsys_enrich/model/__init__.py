"""Values that pass between stages: frozen, typed, without dependencies on the stages."""
