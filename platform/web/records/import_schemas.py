"""What imports and jobs look like over HTTP."""

from marshmallow import Schema, fields


class ErrorAnswer(Schema):
    """One thing that does not fit."""

    field = fields.String(required=True, allow_none=True)
    code = fields.String(required=True)
    message = fields.String(required=True)
    line = fields.Integer(required=True)


class TriedRow(Schema):
    """A record as it would be stored, the lines that make it, and on which of them each row of a sub-form stands."""

    row = fields.Integer(required=True)
    lines = fields.List(fields.Integer(), required=True)
    row_lines = fields.Dict(required=True)
    values = fields.Dict(required=True)
    errors = fields.List(fields.Nested(ErrorAnswer), required=True)


class TroubleAnswer(Schema):
    """What is wrong with one field in the rows that were tried."""

    field = fields.String(required=True)
    count = fields.Integer(required=True)
    message = fields.String(required=True)
    cell = fields.String(required=True)


class TrialAnswer(Schema):
    """What trying the first rows showed; nothing was stored."""

    looked_at = fields.Integer(required=True)
    refused = fields.Integer(required=True)
    rows = fields.List(fields.Nested(TriedRow), required=True)
    troubles = fields.List(fields.Nested(TroubleAnswer), required=True)


class PreviewAnswer(Schema):
    """The first rows of a file, the mapping (guessed or as given), and what would become of them."""

    columns = fields.List(fields.String(), required=True)
    rows = fields.List(fields.List(fields.String()), required=True)
    total_rows = fields.Integer(required=True)
    mapping = fields.Dict(keys=fields.String(), values=fields.String(allow_none=True), required=True)
    fillable = fields.List(fields.String(), required=True)
    group_by = fields.String(required=True)
    upload = fields.String(required=True)
    encoding = fields.String(required=True, allow_none=True)
    separator = fields.String(required=True, allow_none=True)
    trial = fields.Nested(TrialAnswer, required=True, allow_none=True)


class Started(Schema):
    """The job that was started."""

    id = fields.String(required=True)


class JobError(Schema):
    """Why a job failed."""

    code = fields.String(required=True)
    message = fields.String(required=True)


class JobAnswer(Schema):
    """A job and how far it is."""

    id = fields.String(required=True)
    kind = fields.String(required=True)
    state = fields.String(required=True)
    form = fields.String(required=True, allow_none=True)
    file = fields.String(required=True, allow_none=True)
    done = fields.Integer(required=True)
    total = fields.Integer(required=True, allow_none=True)
    ok = fields.Integer(required=True)
    failed = fields.Integer(required=True)
    rate_per_s = fields.Float(required=True, allow_none=True)
    rules = fields.Boolean(required=True)
    messages = fields.Boolean(required=True)
    can_undo = fields.Boolean(required=True)
    created_at = fields.String(required=True)
    started_at = fields.String(required=True, allow_none=True)
    finished_at = fields.String(required=True, allow_none=True)
    error = fields.Nested(JobError, required=True, allow_none=True)
    result = fields.Dict(required=True)


class JobList(Schema):
    """Jobs, newest first."""

    jobs = fields.List(fields.Nested(JobAnswer), required=True)
