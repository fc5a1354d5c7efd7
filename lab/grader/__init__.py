"""Grade hand-ins of a chat; lab/grade.py is the command, notebooks/grading.ipynb has the criteria.

The instructor's side, which runs no line of a submission:
    gathering, archives: who has handed in what; submissions: what each of it has earned
    lateness, attempts: what time and a second try change about that
    packages: what may be installed for submissions
    store, saving: what was graded before, and files that are whole
    isolation, starter: how what is run is kept apart, and started; processes: how it ends
    runs: a submission, or all of them, through the criteria (pytest with nbval, and our plugin)
    reports, tables: what is written about it; exports, platforms: and for Moodle, Canvas and others
    faults: the common ones, recognised by what has happened and how the programs read (reading)
    samples: what to do about them, in code of the program's own names; language: the same in English
    alike: pairs of hand-ins that somebody should read

The criteria's side, in a copy of this package beside their notebook:
    programs: the server and the client of a submission, how to start them, how to talk with them
    finding: which of its files they are; starting: with what they are started; excuses: why they can't be, here
    launching: how a program becomes a process; where it is kept apart, by launcher
    asking: what one is asked, and what one answers
    chat: a fresh server and people who come to it, each an Ear (hearing, silence, words) of one of two kinds:
    terminal, a running program, or line, a connection; transcript: what has happened, for the report

limits: how long and how much, in one place; texts: what is shown, made fit for that.
"""
