"""What the pages of imports say in each language, as the lines that users check want it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Tongue:
    """The words of one language, and what a file of its country looks like."""

    locale: str
    email: str
    who: str
    columns: tuple[str, ...]
    """How a file of this language heads `opportunity_id`, `sales_agent` and `close_value`."""

    person: str
    counted: tuple[str, ...]
    rows: str
    bad_rows: str
    converts: str
    failing: str
    delimiters: tuple[str, str]
    readings: tuple[str, str]
    acts: tuple[str, ...]
    offered: str
    steps: tuple[str, str, str, str]
    broken: str
    line: str
    records: str
    history: str
    done: str
    running: str
    undone: str
    undone_counts: str
    stopping: str
    stopped: str
    waits: str
    same: str
    told: tuple[str, str, str]
    """What a notification says: done, stopped, and the summary for an owner of two records."""

    sales: str
    value: str
    """How a reason says that it is about the value."""

    begin: str


CHINESE = Tongue(
    locale="zh-CN",
    email="chief@example.com",
    who="王工",
    columns=("商机编号", "销售人员", "金额"),
    person="李雷",
    counted=("新建", "更新", "跳过", "错误"),
    rows="共 10,000 行",
    bad_rows="3 行无法转换",
    converts="2,003 行可以转换",
    failing="1,480 行无法转换",
    delimiters=("逗号", "分号"),
    readings=("2018年2月1日", "2018年1月2日"),
    acts=("未知的值", "换成其他值", "新建记录", "留空", "跳过这些行"),
    offered="上次",
    steps=("文件", "字段匹配", "预检", "结果"),
    broken="有 1 行的列数与表头不同，不会导入。",
    line="行号",
    records="查看导入的记录",
    history="新建 3，更新 0",
    done="已完成",
    running="导入中",
    undone="已撤销",
    undone_counts="移除 2 条，恢复 0 条，保留 1 条",
    stopping="停止中",
    stopped="已停止",
    waits="等待后台处理",
    same="同一个文件已在",
    told=("销售机会：导入完成", "销售机会：导入已停止", "导入带来了 2 条归你负责的记录"),
    sales="销售机会",
    value="金额：",
    begin="导入文件",
)

ENGLISH = Tongue(
    locale="en",
    email="ann@example.com",
    who="Ann Baker",
    columns=("Opportunity", "Agent", "Value"),
    person="O'Neil, Zoë",
    counted=("Create", "Update", "Skip", "Errors"),
    rows="10,000 rows",
    bad_rows="3 rows will not convert",
    converts="2,003 rows convert",
    failing="1,480 rows will not convert",
    delimiters=("Comma", "Semicolon"),
    readings=("Feb 1, 2018", "Jan 2, 2018"),
    acts=(
        "Unknown value",
        "Take another value",
        "Create a record",
        "Leave empty",
        "Skip these rows",
    ),
    offered="last time",
    steps=("File", "Map columns", "Dry run", "Result"),
    broken="1 line does not have as many columns as the header; it is not imported.",
    line="line",
    records="Show the imported records",
    history="3 created, 0 updated",
    done="Done",
    running="Importing",
    undone="Undone",
    undone_counts="2 removed, 0 restored, 1 left as they are",
    stopping="Stopping",
    stopped="Stopped",
    waits="Waiting for the worker",
    same="The same file was imported on",
    told=(
        "Sale: the import is done",
        "Sale: the import was stopped",
        "An import brought 2 records that are yours",
    ),
    sales="Sale",
    value="Value: ",
    begin="Import a file",
)

TONGUES = {one.locale: one for one in (CHINESE, ENGLISH)}
