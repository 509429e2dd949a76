"""Words that offices use for the same thing, lower case, without spaces and signs."""

SYNONYMS: tuple[frozenset[str], ...] = tuple(
    frozenset(words.split())
    for words in (
        "name fullname customername contactname contact 姓名 名字 名称 客户姓名 客户名称 联系人",
        "email mail emailaddress mailaddress 邮箱 邮件 电子邮箱 电子邮件 邮箱地址 邮件地址",
        "phone mobile tel telephone cell cellphone phonenumber mobilenumber 手机 手机号 手机号码 "
        "电话 电话号码 联系电话 联系方式",
        "subject title topic headline 主题 标题 题目",
        "description content body message detail details 描述 问题描述 内容 详情 详细描述 正文",
        "category type kind class tickettype 类别 分类 类型 问题类型 工单类型",
        "priority urgency severity 优先级 紧急程度 紧急度",
        "status state 状态 工单状态",
        "assignee owner agent assignedto handler responsible 负责人 受理人 处理人 经办人 跟进人",
        "company organisation organization account companyname employer 公司 公司名称 单位 企业 企业名称 客户公司",
        "address street 地址 联系地址 详细地址",
        "amount sum total price value 金额 总额 总价 价格 合同金额",
        "product productpurchased item model 产品 商品 产品型号 产品名称",
        "ordernumber orderno orderid order 订单 订单号 订单编号",
        "channel source origin 渠道 来源 来源渠道",
        "note notes remark remarks comment comments memo 备注 说明 附注 评论",
        "resolution solution 处理结果 解决方案",
        "resolvedat timetoresolution resolutiontime resolvedtime closedat 解决时间 关闭时间",
        "firstreplyat firstresponsetime firstresponseat firstreplytime 首次回复时间 首次响应时间",
        "rating satisfaction satisfactionrating score csat 评分 满意度 得分",
        "date day 日期",
        "birthday birthdate dateofbirth 生日 出生日期",
        "gender sex 性别",
        "department team division 部门 所属部门",
        "website url homepage web 网址 网站 官网",
        "quantity qty count number 数量",
        "city 城市",
        "industry sector 行业 所属行业",
        "position jobtitle job role 职位 职务 岗位",
    )
)
