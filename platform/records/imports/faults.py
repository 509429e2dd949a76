"""What can be wrong with a file or a mapping."""

from formloom.platform.kernel.errors import Invalid

MAX_FILE_BYTES = 50 * 1_048_576
MAX_ROWS = 200_000
MAX_COLUMNS = 500


class FileUnreadable(Invalid):
    """The file is no table that can be read; `why` says where it breaks."""

    code = "file_unreadable"
    message = {"zh-CN": "无法读取此文件", "en": "This file can't be read"}


class NotText(FileUnreadable):
    """Neither Excel nor text in one of the encodings that we know."""

    code = "file_not_text"
    message = {
        "zh-CN": "文件不是 Excel，也不是 UTF-8 或 GB18030 编码的文本",
        "en": "The file is neither Excel nor text in UTF-8 or GB18030",
    }


class EncodingWrong(FileUnreadable):
    """The file is not in the encoding that the person named."""

    code = "file_encoding_wrong"
    message = {"zh-CN": "文件不是 {encoding} 编码", "en": "The file is not text in {encoding}"}


class QuotesBroken(FileUnreadable):
    """A quoted value that does not end, or goes on after its end."""

    code = "file_quotes_broken"
    message = {
        "zh-CN": "第 {line} 行附近的引号不成对或位置有误",
        "en": "Near line {line} a quotation mark is not closed, or stands inside a value",
    }


class NoHeader(FileUnreadable):
    """The file is empty, or its first row names nothing."""

    code = "file_no_header"
    message = {"zh-CN": "文件为空，或第一行没有列名", "en": "The file is empty, or its first row holds no column names"}


class TooManyColumns(FileUnreadable):
    """More columns than a form can have."""

    code = "file_too_many_columns"
    message = {"zh-CN": "列数超过上限 {limit}", "en": "More than {limit} columns"}


class TooManyRows(FileUnreadable):
    """More rows than one import takes."""

    code = "file_too_many_rows"
    message = {"zh-CN": "行数超过上限 {limit}，请拆分文件", "en": "More than {limit} rows; split the file"}


class BookBroken(FileUnreadable):
    """An Excel file that can't be opened: damaged, or locked by a password."""

    code = "file_book_broken"
    message = {
        "zh-CN": "Excel 文件已损坏或受密码保护",
        "en": "The Excel file is damaged or protected by a password",
    }


class MappingInvalid(Invalid):
    """The mapping names columns or fields that can't be used; the findings say which."""

    code = "mapping_invalid"
    message = {"zh-CN": "列的对应关系有误", "en": "The mapping of columns does not fit"}
