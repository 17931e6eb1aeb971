"""The database that comes with the program, and the terms on which it accepts any other PostgreSQL."""

from euthymia.embedded.cluster import Cluster
from euthymia.embedded.outside import external
from euthymia.embedded.roles import durability_faults
from euthymia.embedded.running import DatabaseProblem, Running

__all__ = ["Cluster", "DatabaseProblem", "Running", "durability_faults", "external"]
