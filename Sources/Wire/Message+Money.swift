/// Texts of invoices, balances, credit.
extension Message {
    static let textsMoney: [Message: Bilingual] = [
        .invoiceTitle: Bilingual("Statement for {name} ({job})", "{name}（{job}）的帳單"),
        .invoiceLine: Bilingual(
            "{seconds} s × {price} = {charge}", "{seconds} 秒 × {price} = {charge}"),
        .invoiceTotal: Bilingual("total", "總計"),
        .invoiceCredit: Bilingual(
            "not charged, as machines had promised more of their time",
            "未收取，因機器未達承諾的服務時間"),
        .invoiceRefunded: Bilingual("returned from the budget", "自預算退回"),
        .invoiceFundedBy: Bilingual("paid from {source}", "付款來源：{source}"),
        .invoiceRule: Bilingual(
            "billed: whole seconds the container ran; pull, wait and failed starts are free",
            "計費：容器實際執行的整數秒；取得映像、等待與啟動失敗不收費"),
        .balanceAvailable: Bilingual("available", "可用"),
        .balanceHeld: Bilingual("set aside for jobs", "工作保留中"),
        .creditBooked: Bilingual(
            "{amount} booked to {account}: {reason}", "已為 {account} 加值 {amount}：{reason}"),
        .settlementLine: Bilingual(
            "{charged} charged, {commission} commission, {paid} to the provider",
            "收費 {charged}，佣金 {commission}，供應者得 {paid}"),
    ]
}
