"""What the documents of all fields have in common, and those of the columns of a sub-form."""

from marshmallow import Schema, fields, validate

from formloom.platform.definitions.fields.settings import L10n
from formloom.platform.definitions.formula.grammar import MAX_LENGTH
from formloom.platform.definitions.kinds import shapes

WIDTHS = ("full", "half", "third", "quarter")
COMMON = frozenset(
    {
        "id",
        "type",
        "label",
        "help",
        "placeholder",
        "required",
        "unique",
        "default",
        "default_formula",
        "quiz",
        "width",
        "public",
        "from_link",
        "default_from",
    }
)


class QuizDocument(Schema):
    """What a right answer is, how many points it counts, and why it is right."""

    answer = fields.List(
        fields.String(validate=validate.Length(1, 500)), load_default=list, validate=validate.Length(max=50)
    )
    points = fields.Decimal(validate=validate.Range(0, 1_000_000))
    explanation = L10n(max_length=2000, allow_none=True)


class DefaultFrom(Schema):
    """The newest record of another form that meets a condition, and the field of it that is taken; also for visitors?"""

    form = shapes.key(required=True)
    where = shapes.condition(required=True)
    take = shapes.key(required=True)
    visitors = fields.Boolean()


class FieldDocument(shapes.Open):
    """What fields of every type have; the type's own settings stand at the same level."""

    id = shapes.key(required=True)
    type = fields.String(required=True, validate=validate.Length(1, 40))
    label = L10n(load_default=dict)
    help = L10n(max_length=2000, allow_none=True)
    placeholder = L10n(allow_none=True)
    required = fields.Boolean()
    unique = fields.Boolean()
    default = fields.Raw(allow_none=True)
    quiz = fields.Nested(QuizDocument, allow_none=True)
    default_formula = fields.String(validate=validate.Length(max=MAX_LENGTH), allow_none=True)
    width = fields.String(validate=validate.OneOf(WIDTHS))
    public = fields.Boolean()
    from_link = fields.String(validate=validate.Length(max=60), allow_none=True)
    default_from = fields.Nested(DefaultFrom, allow_none=True)
