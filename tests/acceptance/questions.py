"""A questionnaire of sixty questions with branches, and what its branches mean, said once more and in plain Python.

`PAGES` is what a builder types in; `asked` says which questions a visitor with given answers must have been asked. The
form's own rules are never read here, so both can only agree when both are right.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Question:
    """One question: its type, its words in Chinese and English, and its options in both."""

    type: str
    zh: str
    en: str
    options: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Page:
    """One page with its questions."""

    zh: str
    en: str
    questions: tuple[Question, ...]


def _q(kind: str, zh: str, en: str, *options: str) -> Question:
    return Question(kind, zh, en, tuple((one.split("|")[0], one.split("|")[1]) for one in options))


YES_NO = ("是|Yes", "否|No")
OFTEN = ("从不|Never", "偶尔|Now and then", "每月|Every month", "每周|Every week")
AGREE = ("不同意|Disagree", "一般|Neither", "同意|Agree")

PAGES = (
    Page("关于您", "About you", (
        _q("text", "您的称呼", "What may we call you?"),
        _q("radio", "您的年龄段", "Your age", "30岁以下|Under 30", "30至50岁|30 to 50", "50岁以上|Over 50"),
        _q("radio", "您是否买过我们的产品", "Have you ever bought from us?", "买过|I have", "没买过|I have not"),
        _q("checkboxes", "您从哪里知道我们", "Where did you hear about us?", "朋友|Friends", "搜索|Search", "展会|A fair", "别处|Elsewhere"),
        _q("text", "具体是在哪里", "Where exactly was that?"),
        _q("select", "您所在的地区", "Your region", "华东|East", "华南|South", "华北|North", "西部|West"),
        _q("email", "您的邮箱", "Your email"),
    )),
    Page("购买", "Buying", (
        _q("select", "最近一次在哪里买", "Where did you last buy?", "网店|Online", "门店|In a shop", "经销商|From a dealer"),
        _q("date", "大约是哪一天", "On about which day?"),
        _q("number", "花了多少钱", "How much did you spend?"),
        _q("radio", "多久买一次", "How often do you buy?", *OFTEN),
        _q("rating", "挑选方便吗", "How easy was choosing?"),
        _q("textarea", "挑选时哪里不方便", "What made choosing hard?"),
        _q("rating", "付款方便吗", "How easy was paying?"),
        _q("text", "您用了哪种付款方式", "How did you pay?"),
    )),
    Page("送货", "Delivery", (
        _q("radio", "是送货上门吗", "Was it delivered to your door?", *YES_NO),
        _q("number", "等了几天", "How many days did you wait?"),
        _q("rating", "包装完好吗", "Did the parcel arrive in good shape?"),
        _q("textarea", "包装有什么问题", "What was wrong with the parcel?"),
        _q("radio", "送货员有礼貌吗", "Was the driver polite?", *YES_NO),
        _q("text", "您希望什么时段送货", "At what time of day should we deliver?"),
        _q("boolean", "愿意到自提点取货吗", "Would you collect it yourself?"),
    )),
    Page("产品", "The product", (
        _q("select", "您主要使用哪个产品", "Which product do you use most?", "桌子|Table", "椅子|Chair", "柜子|Cupboard", "灯|Lamp"),
        _q("rating", "质量如何", "How good is it?"),
        _q("textarea", "质量哪里不好", "What is wrong with it?"),
        _q("rating", "外观如何", "How does it look?"),
        _q("radio", "安装过程顺利吗", "Was putting it together easy?", *YES_NO),
        _q("textarea", "安装时卡在哪一步", "At which step did you get stuck?"),
        _q("number", "安装用了几分钟", "How many minutes did it take?"),
        _q("radio", "说明书清楚吗", "Is the manual clear?", *AGREE),
        _q("checkboxes", "您还希望有哪些颜色", "Which other colours would you like?", "白|White", "黑|Black", "木色|Wood", "绿|Green"),
    )),
    Page("售后", "Service", (
        _q("radio", "您联系过售后吗", "Did you ever need our service?", *YES_NO),
        _q("select", "通过什么方式联系", "How did you reach us?", "电话|Phone", "邮件|Email", "在线客服|Chat"),
        _q("number", "等待了几分钟", "How many minutes did you wait?"),
        _q("rating", "问题解决得如何", "How well was it solved?"),
        _q("textarea", "还有什么没有解决", "What is still unsolved?"),
        _q("radio", "需要我们再联系您吗", "Shall we get in touch again?", *YES_NO),
        _q("phone", "您的手机号", "Your phone number"),
        _q("time", "几点联系您合适", "At what time suits you?"),
    )),
    Page("退换", "Returns", (
        _q("radio", "您退换过货吗", "Did you ever send anything back?", *YES_NO),
        _q("select", "退换的原因", "Why was that?", "坏了|It was broken", "不合适|It did not fit", "改主意了|I changed my mind"),
        _q("text", "坏在哪里", "What was broken?"),
        _q("rating", "退换顺利吗", "How smooth was that?"),
        _q("number", "几天收到退款", "After how many days did the money come?"),
        _q("boolean", "退换后还会再买吗", "Would you buy again after that?"),
    )),
    Page("会员", "Membership", (
        _q("radio", "您是会员吗", "Are you a member?", *YES_NO),
        _q("select", "会员等级", "Your level", "普通|Plain", "银卡|Silver", "金卡|Gold"),
        _q("rating", "会员权益满意吗", "How good are the benefits?"),
        _q("textarea", "希望增加什么权益", "Which benefits are missing?"),
        _q("radio", "愿意成为会员吗", "Would you like to become one?", *YES_NO),
        _q("radio", "多久看一次会员邮件", "How often do you read our letters?", *OFTEN),
        _q("slider", "一年大约买几次", "How many times a year do you buy?"),
    )),
    Page("没有买过", "Not yet a customer", (
        _q("radio", "为什么没有买过", "Why not yet?", "太贵|Too dear", "不需要|No need", "不了解|Never looked"),
        _q("number", "您觉得合适的价格", "Which price would be right?"),
        _q("checkboxes", "您想了解哪些产品", "Which products interest you?", "桌子|Table", "椅子|Chair", "柜子|Cupboard", "灯|Lamp"),
    )),
    Page("最后", "At last", (
        _q("nps", "您会向朋友推荐我们吗", "Would you recommend us to a friend?"),
        _q("textarea", "是什么让您犹豫", "What makes you hesitate?"),
        _q("textarea", "最喜欢我们的哪一点", "What do you like best?"),
        _q("text", "还有什么想说的", "Anything else?"),
        _q("boolean", "可以引用您的回答吗", "May we quote you?"),
    )),
)  # fmt: skip
TITLE = ("客户调查", "Customer survey")
QUESTIONS = tuple(question for page in PAGES for question in page.questions)
SHOWN_WHEN = {
    "具体是在哪里": ("您从哪里知道我们", "contains", "别处"),
    "挑选时哪里不方便": ("挑选方便吗", "lte", 2),
    "等了几天": ("是送货上门吗", "eq", "是"),
    "送货员有礼貌吗": ("是送货上门吗", "eq", "是"),
    "包装有什么问题": ("包装完好吗", "lte", 2),
    "质量哪里不好": ("质量如何", "lte", 2),
    "安装时卡在哪一步": ("安装过程顺利吗", "eq", "否"),
    "通过什么方式联系": ("您联系过售后吗", "eq", "是"),
    "等待了几分钟": ("您联系过售后吗", "eq", "是"),
    "问题解决得如何": ("您联系过售后吗", "eq", "是"),
    "还有什么没有解决": ("问题解决得如何", "lte", 3),
    "您的手机号": ("需要我们再联系您吗", "eq", "是"),
    "几点联系您合适": ("需要我们再联系您吗", "eq", "是"),
    "退换的原因": ("您退换过货吗", "eq", "是"),
    "坏在哪里": ("退换的原因", "eq", "坏了"),
    "退换顺利吗": ("您退换过货吗", "eq", "是"),
    "几天收到退款": ("您退换过货吗", "eq", "是"),
    "退换后还会再买吗": ("您退换过货吗", "eq", "是"),
    "会员等级": ("您是会员吗", "eq", "是"),
    "会员权益满意吗": ("您是会员吗", "eq", "是"),
    "希望增加什么权益": ("会员权益满意吗", "lte", 3),
    "愿意成为会员吗": ("您是会员吗", "eq", "否"),
    "您觉得合适的价格": ("为什么没有买过", "eq", "太贵"),
    "是什么让您犹豫": ("您会向朋友推荐我们吗", "lte", 6),
    "最喜欢我们的哪一点": ("您会向朋友推荐我们吗", "gte", 9),
}
"""Question → the question that it waits for, the comparison, and what is compared with (options by their Chinese words)."""


def asked(answers: Mapping[str, Any]) -> set[str]:
    """Return the questions that are asked of somebody who would give these answers to everything (by Chinese words)."""
    customer = answers["您是否买过我们的产品"] == "买过"
    found: set[str] = set()
    for page in PAGES:
        if page.zh in {"关于您", "最后"} or customer == (page.zh != "没有买过"):
            for question in page.questions:
                if question.zh not in SHOWN_WHEN or _holds(*SHOWN_WHEN[question.zh], answers, found):
                    found.add(question.zh)
    return found


def _holds(other: str, how: str, value: Any, answers: Mapping[str, Any], found: set[str]) -> bool:
    if other not in found:
        return False
    given = answers[other]
    return {
        "eq": lambda: given == value,
        "contains": lambda: value in given,
        "lte": lambda: given <= value,
        "gte": lambda: given >= value,
    }[how]()
