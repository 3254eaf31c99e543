/// Texts of `orban audit`.
extension Message {
    static let textsAudit: [Message: Bilingual] = [
        .auditRecords: Bilingual(
            "{count} usage records, each signed by its node", "{count} 筆用量紀錄，皆由節點簽章"),
        .auditNodeKey: Bilingual("the key of {node} is in the log", "{node} 的金鑰在紀錄中"),
        .auditIncluded: Bilingual("included in the log at size {size}", "已收錄於大小 {size} 的紀錄"),
        .auditHead: Bilingual("log head signed by {key}", "紀錄的樹根由 {key} 簽章"),
        .auditConsistent: Bilingual(
            "consistent with the head seen at size {size}", "與先前看到、大小 {size} 的樹根一致"),
        .auditFirstHead: Bilingual(
            "no earlier head was seen; this one is kept for next time", "先前沒有看過樹根；已保存這一個供下次比對"),
        .auditCharge: Bilingual(
            "{lease}: charge recomputed, {seconds} s × {price} = {charge}",
            "{lease}：重新計算費用，{seconds} 秒 × {price} = {charge}"),
        .auditTotal: Bilingual(
            "{count} {count|lease|leases}, {charge} in all", "{count} 筆租約，共 {charge}"),
        .auditLeftOut: Bilingual(
            "it is of this job, and the bundle leaves it out", "它屬於此工作，但證明包遺漏了它"),
        .auditWhole: Bilingual(
            "the log has no other record of this job", "紀錄中沒有此工作的其他紀錄"),
        .auditUnpinned: Bilingual(
            "the log's key came with the bundle itself: nothing else says that this is the market's log, "
                + "or that no lease is missing; give --mirror FOLDER, or --log-key",
            "紀錄的金鑰來自證明包本身：沒有其他憑據證明這是該市場的紀錄，也無法確認沒有遺漏的租約；"
                + "請加上 --mirror FOLDER 或 --log-key"),
        .auditOwner: Bilingual("renter and job match their salted hashes", "租用者與工作符合加鹽雜湊"),
        .auditVerified: Bilingual("{job} verifies", "{job} 驗證通過"),
        .auditFailed: Bilingual("{job} does not verify: {what}", "{job} 驗證失敗：{what}"),
        .auditRecordBad: Bilingual("record {index}: {what}", "第 {index} 筆紀錄：{what}"),
        .auditLogSound: Bilingual(
            "the log is sound: {count} {count|entry|entries}, {size} {size|byte|bytes} read",
            "紀錄完好：{count} 筆，讀取 {size} 位元組"),
        .auditExported: Bilingual(
            "bundle written to {path}; it verifies offline, without an account",
            "證明包已寫入 {path}；可離線驗證，不需帳戶"),
    ]
}
