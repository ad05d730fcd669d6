"""What gateways may do at the broker; apart from what prepares a broker, so that a gateway need not load that."""


def gateway_rights(user: str) -> str:
    """Return the lines of the access list that let a gateway work."""
    topics = ("readwrite fieldhand/#", "readwrite spBv1.0/#", "read $SYS/broker/#")
    return "\n".join([f"user {user}", *(f"topic {topic}" for topic in topics)]) + "\n\n"
