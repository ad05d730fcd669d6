"""Laws of conversations: what they amount to does not depend on the order in which messages come in."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from backend.conversations.saying import MessageKind, Said, standing

NOON = datetime(2026, 9, 1, 12, tzinfo=UTC)
messages = st.lists(
    st.builds(Said, st.sampled_from(MessageKind), st.integers(0, 20).map(lambda m: NOON + timedelta(minutes=m))),
    max_size=12,
)


@given(messages, st.randoms(use_true_random=False))
def test_the_order_of_arrival_does_not_matter(said: list[Said], random: object) -> None:
    shuffled = list(said)
    random.shuffle(shuffled)  # type: ignore[attr-defined]

    assert standing(shuffled) == standing(said)


@given(messages)
def test_a_program_never_answers(said: list[Said]) -> None:
    people = [message for message in said if message.kind is not MessageKind.AUTOMATIC]

    assert standing(said).first_reply_at == standing(people).first_reply_at
    assert standing(said).unanswered_since == standing(people).unanswered_since


@given(messages)
def test_the_customer_waits_exactly_if_the_last_word_was_theirs(said: list[Said]) -> None:
    received = [message.at for message in said if message.kind is MessageKind.RECEIVED]
    replies = [message.at for message in said if message.kind is MessageKind.REPLY]
    waits = bool(received) and (not replies or max(received) > max(replies))

    assert (standing(said).unanswered_since is not None) is waits
