"""Forms out of files that others made: a table's head row, an XLSForm, a SurveyJS document.

`reading.read_form` tells by the content what a file is. What it gives is a draft: nothing is stored, and what the
file had that a form here has no place for is listed beside it, with where it stood and why.
"""
