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
        .auditCredit: Bilingual(
            "{lease}: credit recomputed, {seconds} of {elapsed} s with {share} promised: {credit}",
            "{lease}：重新計算服務水準退費，{elapsed} 秒中計費 {seconds} 秒，承諾 {share}：{credit}"),
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
        .auditAnchored: Bilingual(
            "head is anchored: {root} (size {size}) in block {block} of chain {chain}, by {publisher} "
                + "in contract {contract}, transaction {transaction}",
            "樹根已錨定：{root}（大小 {size}），位於鏈 {chain} 的區塊 {block}，由 {publisher} "
                + "寫入合約 {contract}，交易 {transaction}"),
        .auditAnchorUnseen: Bilingual(
            "the bundle says where its head is anchored on a chain, and nobody looked there: give "
                + "--rpc URL, three times for two of three that agree",
            "證明包列出樹根在鏈上的錨定處，但尚未查核：請加上 --rpc URL，給三個則須兩個一致"),
        .auditAnchorCodeLater: Bilingual(
            "the endpoints do not tell the state of block {block}: the contract's code was compared as "
                + "of block {seen} alone; an archive node tells both",
            "節點無法提供區塊 {block} 的狀態：合約程式碼僅以區塊 {seen} 比對；封存節點可提供兩者"),
        .auditAnchorMissing: Bilingual(
            "the bundle says nothing of where its head is anchored: export it again later",
            "證明包沒有列出樹根的錨定處：請稍後重新輸出"),
        .auditPublisherRefused: Bilingual(
            "the publisher's note is not the log's: {what}", "發布者文件不是這份紀錄的：{what}"),
        .auditPublisherOther: Bilingual(
            "the publisher's note speaks of another log", "發布者文件所述的是另一份紀錄"),
        .auditAnchorNoContract: Bilingual(
            "there is no contract at {contract} as of block {seen}",
            "截至區塊 {seen}，{contract} 沒有合約"),
        .auditAnchorOtherCode: Bilingual(
            "the contract at {contract} is another one than UsageAnchor, as of block {seen}",
            "截至區塊 {seen}，{contract} 的合約不是 UsageAnchor"),
        .auditNotAnchored: Bilingual(
            "block {block} of chain {chain} has no anchor of size {size} and root {root} by {publisher} "
                + "in contract {contract}, transaction {transaction}",
            "鏈 {chain} 的區塊 {block} 中，沒有 {publisher} 於合約 {contract} 以交易 {transaction} "
                + "錨定大小 {size}、樹根 {root} 的紀錄"),
        .auditAnchorNotFinal: Bilingual(
            "block {block} is not final yet, the chain is at {seen}: try again later",
            "區塊 {block} 尚未終局，目前終局至 {seen}：請稍後再試"),
    ]
}
