"""The invented companies, people, products and phrases of the demo, in both languages."""

from __future__ import annotations

from collections.abc import Mapping

from xl_salesflow.locale.texts import Language

DemoWords = Mapping[Language, tuple[str, ...]]

COMPANY_FIRST_WORDS: DemoWords = {
    "en": ("Alder", "Beacon", "Cobalt", "Delta", "Ember", "Fjord", "Granite", "Harbour", "Indigo", "Juniper", "Kestrel", "Lumen"),
    "zh": ("启明", "远航", "安澜", "恒岳", "清禾", "拓界", "云麓", "盛泽", "嘉木", "海朔", "瑞川", "星野"),
}  # fmt: skip
COMPANY_LAST_WORDS: DemoWords = {
    "en": ("Works", "Foods", "Systems", "Logistics", "Medical", "Textiles", "Energy", "Retail"),
    "zh": ("机械", "食品", "软件", "物流", "医疗", "纺织", "能源", "商贸"),
}  # fmt: skip
DEMO_INDUSTRIES = ("manufacturing", "retail", "software", "services", "medical", "manufacturing", "other", "retail")
GIVEN_NAMES: DemoWords = {
    "en": ("Ada", "Ben", "Clara", "Deepa", "Emil", "Fay", "Goran", "Hana", "Ines", "Jonas", "Kim", "Lea"),
    "zh": ("雪", "航", "敏", "默", "洋", "倩", "立", "颖", "昊", "洁", "凯", "宁"),
}
FAMILY_NAMES: DemoWords = {
    "en": (
        "Frost",
        "Okoro",
        "Weiss",
        "Nair",
        "Novak",
        "Brooks",
        "Ilic",
        "Sato",
        "Prado",
        "Lind",
        "Park",
        "Moreau",
        "Quinn",
    ),
    "zh": ("王", "李", "张", "陈", "刘", "赵", "孙", "周", "吴", "郑", "冯", "许", "秦"),
}
DEMO_REPS: DemoWords = {
    "en": ("Mara Keller", "Tom Hughes", "Nadia Rahman", "Viktor Berg"),
    "zh": ("林晓", "高远", "何静", "马骏"),
}  # fmt: skip
DEMO_MANAGER: Mapping[Language, str] = {"en": "Olivia Grant", "zh": "沈航"}
DEMO_JOB_TITLES: DemoWords = {
    "en": ("Head of Purchasing", "CEO", "IT Manager", "Plant Manager"),
    "zh": ("采购总监", "总经理", "信息部经理", "厂长"),
}  # fmt: skip
DEMO_CONTACT_ROLES = ("approver", "decision_maker", "user", "influencer")
DEMO_PRODUCTS: Mapping[Language, tuple[tuple[str, str, int, str, str, str], ...]] = {
    "en": (
        ("Line Sensor Kit", "Sensors", 1200, "Mounts without stopping the line", "Installed in an hour", "No lost shift"),
        ("Line Sensor Pro", "Sensors", 4800, "Twelve channels in one box", "One device instead of four", "Less to maintain"),
        ("Shift Board", "Software", 9600, "Shows output per shift live", "No evening spreadsheets", "Supervisors go home on time"),
        ("Quality Desk", "Software", 18500, "Links defects to machines", "Finds the cause in minutes", "Fewer returns"),
        ("Plant Suite", "Software", 46000, "Everything in one system", "One supplier, one contract", "A calmer audit"),
    ),
    "zh": (
        ("产线传感套件", "传感器", 8600, "不停线安装", "一小时装好", "不耽误一个班次"),
        ("产线传感专业版", "传感器", 32000, "一台十二通道", "一台顶四台", "维护更省心"),
        ("班次看板", "软件", 66000, "实时显示每班产量", "不用晚上做表", "主管准时下班"),
        ("质量工作台", "软件", 128000, "把缺陷对应到设备", "几分钟找到原因", "退货更少"),
        ("工厂套装", "软件", 320000, "所有功能在一个系统", "一家供应商、一份合同", "审核更从容"),
    ),
}  # fmt: skip
DEMO_NEXT_STEPS: DemoWords = {
    "en": ("Call about the open points", "Send the revised offer", "Agree the demo date", "Visit the plant", "Ask who signs"),
    "zh": ("电话确认未决事项", "发送修订后的方案", "约定演示时间", "拜访工厂", "确认签字人"),
}  # fmt: skip
DEMO_PAINS: DemoWords = {
    "en": ("Downtime is noticed too late", "Reports take a day each week", "Defects reach the customer", "Four systems, no overview"),
    "zh": ("停机发现太晚", "每周花一天做报表", "缺陷流到客户", "四套系统，没有全貌"),
}  # fmt: skip
DEMO_ACTIVITY_SUMMARIES: DemoWords = {
    "en": ("Went through the needs, positive", "Price is an issue, value shown", "Waiting for their finance team", "Decision next month"),
    "zh": ("梳理需求，反馈积极", "价格有顾虑，已说明价值", "等待财务部门", "下月决定"),
}  # fmt: skip
DEMO_COMPANY: Mapping[Language, Mapping[str, str]] = {
    "en": {
        "company": "Fairlight Instruments", "address": "12 Foundry Lane, Sampletown", "phone": "+00 555 0100",
        "email": "sales@example.com", "bank": "Sample Bank, account 0000 1234",
    },
    "zh": {
        "company": "晴川仪器有限公司", "address": "示例市铸造路 12 号", "phone": "000-5550100",
        "email": "sales@example.com", "bank": "示例银行 账号 0000 1234",
    },
}  # fmt: skip
DEMO_TERMS: Mapping[Language, str] = {
    "en": "30 % with the order, the rest 14 days after delivery. Delivery within four weeks.",
    "zh": "订货时付 30%，余款于交付后 14 天内付清。四周内交付。",
}


def invent_full_names(language: Language) -> list[str]:
    """Return the full names that can be made, each once, neighbours unlike one another."""
    given, family = GIVEN_NAMES[language], FAMILY_NAMES[language]
    pairs = [(given[n % len(given)], family[n % len(family)]) for n in range(len(given) * len(family))]
    return [f"{a} {b}" if language == "en" else f"{b}{a}" for a, b in pairs]
