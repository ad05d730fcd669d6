"""The staff API and the console behind one origin."""
