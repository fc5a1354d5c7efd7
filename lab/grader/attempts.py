"""Several attempts of one student: which of them counts."""


def last(submissions):
    """Return submissions (list) with nobody's but the last attempt, which gets the student's plain name."""
    return [plain(submission) for submission in submissions if submission.attempt == submission.attempts]


def best(submissions, criteria):
    """Return submissions (list), graded by criteria, with each student's best attempt only; of equal ones the last."""
    top = {}
    for submission in submissions:
        person = submission.platform, submission.id or submission.student.casefold()
        held = top.get(person)
        if not held or (submission.total(criteria), submission.attempt) > (held.total(criteria), held.attempt):
            top[person] = submission
    return [plain(submission) for submission in submissions if submission in top.values()]


def plain(submission):
    """Return submission, which is the only one that counts and need not be numbered."""
    submission.name = submission.name.removesuffix(f", попытка {submission.attempt}")
    return submission
