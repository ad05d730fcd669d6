"""KPI computed from events, failures by Pareto, and the events themselves to take away."""
