"""Refusals of surveys."""

from kernel.errors import Conflict, Invalid, NotFound


class NoSuchSurvey(NotFound):
    """This link leads nowhere, or no longer."""

    slug = "no-such-survey"


class SurveyAnswered(Conflict):
    """This survey has been answered already."""

    slug = "survey-answered"


class BadAnswer(Invalid):
    """The answer does not fit the survey."""

    slug = "bad-survey-answer"
