"""Conditions: a typed tree with one meaning and three back-ends.

A tree is `{}` (matches everything), `{"all": [...]}`, `{"any": [...]}`, `{"not": tree}` or a leaf
`{"field", "op", "value"}`. `tree.parse` checks it against the kinds of the form's fields; `compile` makes a Python
closure of it, `sql` a SQLAlchemy clause, and the browser's twin (`static/src/shared/conditions.ts`) a closure there.
What an operator means is said once, in `operators.py`, and held together by a shared file of cases and by a
property test over random records on both databases.

A missing value makes a comparison false, except for `empty`, `ne`, `nin` and `not_contains`, which it satisfies.
`contains`, `starts_with` and `ends_with` disregard the case of the letters A to Z only: that is what all back-ends
agree on.
"""
