"""Words that people build their passwords from, most of them seen in every published leak.

A password shorter than ten characters is refused anyway, so a list of short ones would be dead weight. What
people do instead is to lengthen a common word with a year, a phone-like number or an exclamation mark, so the
check strips those and asks whether anything of their own remains.
"""

_WORDS = """
password passwords passwort passw pass admin administrator root toor guest user test tester testing demo login
welcome letmein letmeinn changeme default secret master super superman batman dragon monkey shadow sunshine
princess football baseball basketball soccer hockey iloveyou loveyou love lovely hello helloworld world qwerty
qwertz azerty qwertyuiop qwertyuio asdfgh asdfghjkl asdf zxcvbn zxcvbnm qazwsx qazwsxedc wsxedc oneqaztwowsx
qweasd qweasdzxc abc abcd abcdef abcdefg abcdefgh abcdefghij trustno freedom whatever michael jennifer jordan
michelle charlie andrew thomas daniel jessica ashley robert killer summer winter spring autumn monday friday
january february march april june july august september october november december company office business
sales support service manager computer internet server system windows linux apple google facebook tencent
wechat weixin alipay taobao baidu huawei xiaomi woaini woaiwojia woaizhongguo wodemima mima zhongguo china
beijing shanghai shenzhen guangzhou hangzhou nihao nihaoma wangyi zhangwei wangwei liwei aini aizhongguo
caonima asshole fuckyou fuck formloom zhidan form ticket customer crm changethis temporary temp example sample
pokemon starwars wang zhang liu chen yang zhao huang zhou wu xu sun zhu gao lin guo luo liang song zheng xie
tang cheese pepper ginger cookie chocolate flower butterfly purple orange banana diamond golden silver mustang
ferrari mercedes yankees chelsea liverpool arsenal barcelona manchester matrix hunter ranger
"""
STEMS = frozenset(_WORDS.split())

RUNS = (
    "01234567890123456789",
    "98765432109876543210",
    "abcdefghijklmnopqrstuvwxyz",
    "zyxwvutsrqponmlkjihgfedcba",
    "qwertyuiop",
    "poiuytrewq",
    "asdfghjkl",
    "lkjhgfdsa",
    "zxcvbnm",
    "mnbvcxz",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p",
    "zaq1xsw2cde3vfr4bgt5nhy6mju7",
    "1q2w3e4r5t6y7u8i9o0p",
    "q1w2e3r4t5y6u7i8o9p0",
    "qazwsxedcrfvtgbyhnujmikolp",
    "!@#$%^&*()",
    "147258369",
    "159357",
)
"""Walks over a keyboard or an alphabet."""
