"""How well the clinic keeps to the guideline, by month: who passes, who does not, who is not eligible, and why.

`reasons`, `dues` and `verdicts` are pure: from one patient's history to verdicts. `histories` reads the rows,
`numbers` the counts that the nightly job stored (`schedules.actions.count_indicators`).
"""
