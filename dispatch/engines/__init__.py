"""Search engines; each reads an `Instance` and is scored by `dispatch.evaluate`."""
