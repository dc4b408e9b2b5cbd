"""Reports of the practice (QOF, targets, capitation) and their comparison with a system's own."""
