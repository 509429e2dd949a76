"""What field types say when a value does not fit. Each names the remedy."""

TEXT_EXPECTED = {"zh-CN": "应为文字", "en": "Must be text"}
NUMBER_EXPECTED = {"zh-CN": "应为数字", "en": "Must be a number"}
TOO_SHORT = {"zh-CN": "至少 {min} 个字，现在 {actual} 个", "en": "At least {min} characters; now {actual}"}
TOO_LONG = {"zh-CN": "最多 {max} 个字，现在 {actual} 个", "en": "At most {max} characters; now {actual}"}
PATTERN = {"zh-CN": "格式不符合要求", "en": "This doesn't have the expected form"}
TOO_SMALL = {"zh-CN": "不能小于 {min}", "en": "Must be {min} or more"}
TOO_LARGE = {"zh-CN": "不能大于 {max}", "en": "Must be {max} or less"}
TOO_MANY_DIGITS = {"zh-CN": "数字过大", "en": "This number is too large to be stored"}
TOO_MANY_DECIMALS = {"zh-CN": "最多 {decimals} 位小数", "en": "At most {decimals} decimal places"}
DATE_EXPECTED = {"zh-CN": "应为日期，如 2026-11-23", "en": "Must be a date such as 2026-11-23"}
MOMENT_EXPECTED = {
    "zh-CN": "应为日期时间，如 2026-11-23 14:05",
    "en": "Must be a date and time such as 2026-11-23 14:05",
}
TOO_EARLY = {"zh-CN": "不能早于 {min}", "en": "Must be {min} or later"}
TOO_LATE = {"zh-CN": "不能晚于 {max}", "en": "Must be {max} or earlier"}
YES_NO_EXPECTED = {"zh-CN": "应为是或否", "en": "Must be yes or no"}
CONSENT_CHANGED = {
    "zh-CN": "这里的条款已更新，或语言已切换，请阅读后重新勾选",
    "en": "This text has changed, or stands in another language now: read it and tick the box again",
}
NOT_AN_OPTION = {"zh-CN": "没有选项“{value}”", "en": "'{value}' is not one of the options"}
LIST_EXPECTED = {"zh-CN": "应为列表", "en": "Must be a list"}
TOO_FEW_CHOSEN = {"zh-CN": "至少选 {min} 项", "en": "Choose at least {min}"}
TOO_MANY_CHOSEN = {"zh-CN": "最多选 {max} 项", "en": "Choose at most {max}"}
OWN_ANSWER_MISSING = {"zh-CN": "请填写具体内容", "en": "Write your own answer"}
OWN_ANSWER_TOO_LONG = {
    "zh-CN": "自己填写的内容最多 {max} 个字，现在 {actual} 个",
    "en": "Your own answer may have at most {max} characters; now {actual}",
}
OWN_ANSWER_BESIDE = {
    "zh-CN": "已选了一项，又填写了其他内容，请只保留一个",
    "en": "An option is chosen and an own answer written; keep one of them",
}
OWN_ANSWERS_SEVERAL = {"zh-CN": "自己填写的内容只能有一项", "en": "Only one answer can be your own"}
EMAIL_EXPECTED = {"zh-CN": "邮箱格式不对，如 name@example.com", "en": "Must be a mail address such as name@example.com"}
PHONE_EXPECTED = {
    "zh-CN": "电话号码不对，手机应为 11 位",
    "en": "Must be a phone number; use +country code for other countries",
}
URL_EXPECTED = {"zh-CN": "网址格式不对，如 https://example.com", "en": "Must be an address such as https://example.com"}
RANGE = {"zh-CN": "应为 {min} 到 {max} 的整数", "en": "Must be a whole number from {min} to {max}"}
NO_SUCH_PERSON = {"zh-CN": "没有此成员", "en": "There is no such member"}
NO_SUCH_DEPARTMENT = {"zh-CN": "没有此部门", "en": "There is no such department"}
NO_SUCH_SLOT = {"zh-CN": "请选择可预约的时段", "en": "Choose one of the times that can be booked"}
SEAT_TAKEN = {"zh-CN": "“{option}”名额已满，请另选", "en": "“{option}” is full; choose another"}
NO_SUCH_FILE = {"zh-CN": "附件不存在或已使用，请重新上传", "en": "This file is not there any more; upload it again"}
TOO_MANY_FILES = {"zh-CN": "最多 {max} 个文件", "en": "At most {max} files"}
READ_ONLY = {"zh-CN": "由系统生成，不能填写", "en": "Made by the system; it can't be filled in"}
TIME_EXPECTED = {"zh-CN": "应为时间，如 14:05", "en": "Must be a time of day such as 14:05"}
DURATION_EXPECTED = {"zh-CN": "应为时长，如 1:30 或 90 分钟", "en": "Must be a length of time such as 1:30 or 90 min"}
OFF_STEP = {"zh-CN": "应为 {min} 起每隔 {step} 的数", "en": "Must be {min} or a step of {step} above it"}
COLOR_EXPECTED = {"zh-CN": "应为颜色，如 #3b48c4", "en": "Must be a colour such as #3b48c4"}
ID_CARD_LENGTH = {"zh-CN": "应为 18 位，现在 {actual} 位", "en": "Must have 18 characters; now {actual}"}
ID_CARD_DATE = {"zh-CN": "第 7 到 14 位不是有效的出生日期", "en": "Characters 7 to 14 are not a date of birth"}
ID_CARD_REGION = {"zh-CN": "前两位不是有效的地区代码", "en": "The first two digits are not a region"}
CREDIT_CODE_FORM = {
    "zh-CN": "只能是数字和大写字母，不含 I、O、S、V、Z",
    "en": "Only digits and letters other than I, O, S, V and Z",
}
CHECK_CHARACTER = {"zh-CN": "校验位不符，请检查是否输错", "en": "The check character doesn't fit; look for a slip"}
DIGITS_EXPECTED = {"zh-CN": "应为 {digits} 位数字", "en": "Must be {digits} digits"}
RANKED_TWICE = {"zh-CN": "同一项不能排两次", "en": "An option can't be ranked twice"}
RANK_EXACTLY = {"zh-CN": "请排出 {n} 项，现在 {actual} 项", "en": "Rank {n} of them; now {actual}"}
TOO_MANY_PEOPLE = {"zh-CN": "最多 {max} 人", "en": "At most {max} people"}
TOO_MANY_RECORDS = {"zh-CN": "最多 {max} 条记录", "en": "At most {max} records"}
NOT_CHOOSABLE = {"zh-CN": "这条记录不在可选范围内", "en": "This record is not among those to choose from"}
NO_SUCH_RECORD = {"zh-CN": "没有这条记录，或不能选择它", "en": "There is no such record to choose"}
TOO_MANY_DEPARTMENTS = {"zh-CN": "最多 {max} 个部门", "en": "At most {max} departments"}
OBJECT_EXPECTED = {"zh-CN": "应由这些部分组成：{parts}", "en": "Must be an object with these parts: {parts}"}
UNKNOWN_PART = {"zh-CN": "没有“{part}”这一部分，只有：{parts}", "en": "There is no part '{part}'; there are: {parts}"}
NOT_A_PATH = {"zh-CN": "请从第一级开始逐级选择", "en": "Choose level by level, from the first one"}
PATH_TOO_SHORT = {"zh-CN": "请选到最后一级", "en": "Choose down to the last level"}
NO_SUCH_PLACE = {"zh-CN": "{within}没有“{name}”", "en": "There is no '{name}' in {within}"}
PLACE_MISSING = {"zh-CN": "请补全{part}", "en": "Add the {part}"}
POSTCODE_EXPECTED = {"zh-CN": "邮编应为 6 位数字", "en": "The postcode must have 6 digits"}
COORDINATES_EXPECTED = {
    "zh-CN": "请填写纬度和经度，如 30.2741, 120.1551",
    "en": "Give latitude and longitude such as 30.2741, 120.1551",
}
LATITUDE_RANGE = {"zh-CN": "纬度应在 -90 到 90 之间", "en": "The latitude must be from -90 to 90"}
LONGITUDE_RANGE = {"zh-CN": "经度应在 -180 到 180 之间", "en": "The longitude must be from -180 to 180"}
TOO_FAR = {
    "zh-CN": "距离指定地点 {distance} 米，应在 {max} 米以内",
    "en": "{distance} m away; it must be within {max} m",
}
NO_SUCH_ROW = {"zh-CN": "没有“{row}”这一行", "en": "There is no row '{row}'"}
ROW_MISSING = {"zh-CN": "请回答“{row}”", "en": "Answer '{row}'"}
IN_ROW = {"zh-CN": "“{row}”：{why}", "en": "'{row}': {why}"}
TYPING_NOT_ALLOWED = {"zh-CN": "请手写签名，不能只填姓名", "en": "Sign by hand; a typed name is not enough here"}
ROW_EXPECTED = {"zh-CN": "每一行应为对象", "en": "Each row must be an object"}
TOO_MANY_ROWS = {"zh-CN": "最多 {max} 行", "en": "At most {max} rows"}
TOO_MANY_BROUGHT = {
    "zh-CN": "所选记录带来的明细超过 {max} 行，放不下",
    "en": "What is chosen brings more than the {max} rows that there may be",
}
TOO_FEW_ROWS = {"zh-CN": "至少 {min} 行", "en": "At least {min} rows"}
TWICE_IN_ROWS = {"zh-CN": "与另一行重复", "en": "Another row has this value already"}
NO_MORE_ROWS = {"zh-CN": "这里不能添加行", "en": "Rows can't be added here"}
NO_ROWS_LESS = {"zh-CN": "这里不能删除行", "en": "Rows can't be removed here"}
