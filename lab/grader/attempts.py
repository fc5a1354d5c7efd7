"""Several attempts of one student: which of them counts."""

import re


def last(submissions):
    """Return submissions (list) with nobody's but the last attempt, which gets the student's plain name."""
    return [plain(submission) for submission in submissions if submission.attempt == submission.attempts]


def best(submissions, criteria):
    """Return submissions (list), graded by criteria, with each student's best attempt only; of equal ones the last."""
    top = {}
    for submission in submissions:
        held = top.get(submission.person())
        if not held or (submission.total(criteria), submission.attempt) > (held.total(criteria), held.attempt):
            top[submission.person()] = submission
    return [plain(submission) for submission in submissions if submission in top.values()]


def joined(submissions, before):
    """Return submissions (list) and those before (list, oldest first), numbered anew as each person's attempts."""
    people = {}
    for submission in [*before, *submissions]:
        people.setdefault(submission.person(), []).append(submission)
    for attempts in people.values():
        most = max(len(attempts), *(submission.attempts for submission in attempts))
        for number, submission in enumerate(attempts, most - len(attempts) + 1):
            submission.attempt, submission.attempts = number, most
    return [submission for attempts in people.values() for submission in attempts]


def plain(submission):
    """Return submission, which is the only one that counts and need not be numbered."""
    submission.name = re.sub(r", попытка \d+$", "", submission.name)
    return submission
