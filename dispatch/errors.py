"""What the optimiser refuses to work on."""

from kernel.errors import Invalid


class InvalidInstance(Invalid):
    """The dispatch instance contradicts itself."""

    slug = "invalid-dispatch-instance"

    def __init__(self, item: str, detail: str) -> None:
        """Name the offending `item` and say what is wrong with it."""
        super().__init__(f"{item}: {detail}", item=item)


class InvalidPlan(Invalid):
    """The plan names things its instance does not have."""

    slug = "invalid-dispatch-plan"

    def __init__(self, item: str, detail: str) -> None:
        """Name the offending `item` and say what is wrong with it."""
        super().__init__(f"{item}: {detail}", item=item)
