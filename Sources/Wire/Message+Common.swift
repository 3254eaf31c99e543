/// Texts of words and labels used everywhere.
extension Message {
    static let textsCommon: [Message: Bilingual] = [
        .errorLabel: Bilingual("error", "錯誤"),
        .whyLabel: Bilingual("why", "原因"),
        .fixLabel: Bilingual("fix", "處理"),
        .idLabel: Bilingual("id", "編號"),
        .exitLabel: Bilingual("exit {code}", "結束碼 {code}"),
        .theBudget: Bilingual("the whole budget", "全部預算"),
        .didYouMean: Bilingual("did you mean \"{name}\"?", "您是不是要寫「{name}」？"),
        .noneYet: Bilingual("none yet", "目前沒有"),
        .unknownValue: Bilingual("unknown", "不明"),
        .moreFollows: Bilingual("more follow: {command}", "還有更多：{command}"),
        .fixRetry: Bilingual(
            "start what failed again, under what is left of the budget: {command}",
            "以剩餘的預算重新開始失敗的部分：{command}"),
        .fixWait: Bilingual(
            "wait: the job starts by itself when an offer fits", "等待：一有合適的報價，工作就會自行開始"),
        .fixLogin: Bilingual("log in: {command}", "請先登入：{command}"),
        .fixCredit: Bilingual(
            "ask the operator for credit, or lower budget.max_total",
            "請營運者加值，或調低 budget.max_total"),
        .fixYes: Bilingual("add --yes to agree without being asked", "加上 --yes 表示同意，不再詢問"),
    ]
}
