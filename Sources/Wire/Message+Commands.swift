/// Texts of the command line itself: wrong words, and what only it says.
extension Message {
    static let textsCommands: [Message: Bilingual] = [
        .usageUnknownCommand: Bilingual("there is no command \"{name}\"", "沒有「{name}」這個指令"),
        .usageUnknownOption: Bilingual("there is no option {name} here", "這裡沒有 {name} 這個選項"),
        .usageValueMissing: Bilingual("{name} needs a value", "{name} 需要一個值"),
        .usageValueRefused: Bilingual(
            "{name} cannot be \"{value}\": write {expected}",
            "{name} 不能是「{value}」：請寫{expected}"),
        .usageFlagWithValue: Bilingual("{name} takes no value", "{name} 不接受值"),
        .usageOperandMissing: Bilingual("{command} needs <{name}>", "{command} 需要 <{name}>"),
        .usageOperandExtra: Bilingual(
            "{command} does not take \"{name}\"", "{command} 不接受「{name}」"),
        .usageBudgetForYes: Bilingual(
            "--yes needs a budget: budget.max_total in the spec, or --budget",
            "--yes 需要預算：規格中的 budget.max_total，或 --budget"),
        .usageImageOrFile: Bilingual(
            "give a spec file, or --image NAME and a command after --",
            "請提供規格檔，或 --image 名稱並在 -- 之後寫指令"),
        .usageJobPath: Bilingual(
            "\"{name}\" is not job, job/task or job:/path", "「{name}」不是 工作、工作/子工作 或 工作:/路徑"),
        .usageMarketMissing: Bilingual(
            "no market is known: start one with orban up, or set ORBAN_API_URL",
            "尚無市場：用 orban up 啟動一個，或設定 ORBAN_API_URL"),
        .usageGPULibrary: Bilingual(
            "--nvml: no GPU can be read: {why}", "--nvml：無法讀取 GPU：{why}"),
        .usageDeviceName: Bilingual(
            "\"{word}\" names no device: `orban offers -o json` shows their UUIDs",
            "「{word}」不是裝置名稱：`orban offers -o json` 會列出 UUID"),
        .usageDeviceNotHere: Bilingual(
            "--clear-quarantine: this machine has no GPU \"{word}\"; it has {known}",
            "--clear-quarantine：本機沒有 GPU「{word}」；本機有 {known}"),
        .usageDiskTooLarge: Bilingual(
            "--disk: cannot offer {asked}: the largest disk that containers are kept on has {has}",
            "--disk：無法提供 {asked}：存放容器的磁碟最大只有 {has}"),
        .usageSpotPrice: Bilingual(
            "--spot-price: {spot} is above the {price} of --price; spot jobs pay at most that",
            "--spot-price：{spot} 高於 --price 的 {price}；可搶占工作的價格不得更高"),
        .usageEgressPolicyAlone: Bilingual(
            "--egress-policy needs --egress: without it no network is offered",
            "--egress-policy 需與 --egress 並用：沒有它就不提供網路"),
        .egressTooLarge: Bilingual("it is larger than {limit} bytes", "超過 {limit} 位元組"),
        .egressNotJSON: Bilingual(
            "it is not one JSON object", "不是單一的 JSON 物件"),
        .egressUnknownKey: Bilingual(
            "unknown key \"{key}\"; known are deny, reach, resolvers, bytes_per_second, "
                + "new_connections_per_second and connections",
            "不明的鍵「{key}」；可用的鍵為 deny、reach、resolvers、bytes_per_second、"
                + "new_connections_per_second 與 connections"),
        .egressWrongType: Bilingual(
            "the value of \"{key}\" is not of its kind", "「{key}」的值種類不正確"),
        .egressNotNetwork: Bilingual(
            "\"{found}\" in deny is no network, such as 203.0.113.0/24 with no bit set behind its length",
            "deny 中的「{found}」不是網段；例如 203.0.113.0/24，長度之後的位元須為零"),
        .egressNotAddress: Bilingual(
            "\"{found}\" in resolvers is no address", "resolvers 中的「{found}」不是位址"),
        .egressTooMany: Bilingual(
            "\"{key}\" has more than {limit} elements", "「{key}」超過 {limit} 個元素"),
        .egressOutOfRange: Bilingual(
            "\"{key}\" must be within {low} and {high}", "「{key}」必須在 {low} 到 {high} 之間"),
        .usageSchedule: Bilingual(
            "--schedule: {why}; write it like \"Mon-Fri 19:00-08:00 Asia/Taipei\"",
            "--schedule：{why}；寫法如「Mon-Fri 19:00-08:00 Asia/Taipei」"),
        .scheduleTooLong: Bilingual(
            "it is too long: at most 512 bytes and 32 windows", "過長：至多 512 位元組與 32 個時段"),
        .scheduleWindow: Bilingual(
            "\"{what}\" is not days, hours and maybe a zone", "「{what}」不是日子、時間與（可省略的）時區"),
        .scheduleDays: Bilingual(
            "\"{what}\" are no days: Mon, Mon-Fri, Mon,Wed or daily",
            "「{what}」不是日子：可用 Mon、Mon-Fri、Mon,Wed 或 daily"),
        .scheduleHours: Bilingual(
            "\"{what}\" are no hours: two digits for each number, such as 09:00-18:00, "
                + "from 00:00 to 24:00",
            "「{what}」不是時間：每個數字都是兩位數，例如 09:00-18:00，自 00:00 至 24:00"),
        .scheduleZoneMissing: Bilingual(
            "it names no time zone: put one behind the hours", "缺少時區：請寫在時間之後"),
        .scheduleZonesDiffer: Bilingual(
            "it names two time zones, {what} and {other}: take one", "有兩個時區 {what} 與 {other}：請擇一"),
        .scheduleZoneUnknown: Bilingual(
            "this machine knows no time zone \"{what}\": take an IANA name",
            "本機不認得時區「{what}」：請用 IANA 名稱"),
        .usageYieldGPU: Bilingual(
            "--yield gpu: this machine has no GPU that can be read; leave gpu out, or see --nvml",
            "--yield gpu：本機沒有可讀取的 GPU；請移除 gpu，或參考 --nvml"),
        .usageYieldDesktop: Bilingual(
            "--yield desktop: nobody can tell here whether you use this machine ({why}); "
                + "run it as root where a keyboard is, or leave desktop out",
            "--yield desktop：無法得知您是否正在使用本機（{why}）；請在有鍵盤的機器上以 root 執行，"
                + "或移除 desktop"),
        .usageMoment: Bilingual(
            "{option} cannot be \"{value}\": write 12:00, 2026-11-27T12:00+08:00 or 2h",
            "{option} 不能是「{value}」：可寫 12:00、2026-11-27T12:00+08:00 或 2h"),
        .usageMomentOver: Bilingual(
            "{option} {value} is over, or more than a year away: name a moment within a year from now",
            "{option} {value} 已過，或超過一年：請指定一年內的時刻"),
        .usageContextUnknown: Bilingual("there is no context \"{context}\"", "沒有「{context}」這個環境"),
        .commandReconnecting: Bilingual("connection lost, resuming", "連線中斷，繼續讀取"),
        .commandReady: Bilingual("ready: {url}, node {node}", "就緒：{url}，節點 {node}"),
        .auditHeadRefused: Bilingual("the head is not the log's: {what}", "樹根不是這份紀錄的：{what}"),
        .auditInconsistent: Bilingual(
            "the log was rewritten: the head at size {size} is not the one seen before",
            "紀錄遭改寫：大小 {size} 的樹根與先前看到的不同"),
        .auditShrunk: Bilingual(
            "the log became shorter: {size} {size|entry|entries}, {known} {known|was|were} seen",
            "紀錄變短：{size} 筆，先前看過 {known} 筆"),
        .auditEntryChanged: Bilingual("it was changed", "內容遭更改"),
        .auditEntryMissing: Bilingual("it is missing", "缺少"),
        .auditEntryExtra: Bilingual("it does not belong there", "不應出現在此"),
        .auditEntryUnreadable: Bilingual("it is not an entry of a known kind", "不是已知種類的項目"),
        .auditReceiptUnreadable: Bilingual("its receipt is malformed", "收據格式錯誤"),
        .auditReceiptDiffers: Bilingual(
            "its receipt speaks of another lease, node, attempt or time",
            "收據所述的租約、節點、次數或秒數不同"),
        .auditReceiptForged: Bilingual(
            "its receipt is not signed by the node's logged key", "收據不是由紀錄中的節點金鑰簽章"),
        .auditNodeKeyMissing: Bilingual("the log has no key for {node}", "紀錄中沒有 {node} 的金鑰"),
        .auditNodeKeyTwice: Bilingual("{node} has a second key", "{node} 有第二把金鑰"),
        .auditCreditWrong: Bilingual(
            "its credit is {found} micro-units where the promise gives {expected}",
            "其服務水準退費為 {found} 微單位，但依承諾應為 {expected}"),
        .auditChargeWrong: Bilingual(
            "the charge is {found} micro-units, not {expected}", "費用為 {found} 微單位，應為 {expected}"),
        .auditSecondsBack: Bilingual("its seconds go back", "秒數倒退"),
        .auditTermsChanged: Bilingual(
            "rate, node or attempt changed within the lease", "租約中途的費率、節點或次數改變"),
        .auditAfterFinal: Bilingual("it follows the lease's last record", "出現在租約的最後一筆紀錄之後"),
        .auditRenterHash: Bilingual("the renter's salted hash differs", "租用者的加鹽雜湊不符"),
        .auditJobHash: Bilingual("the job's salted hash differs", "工作的加鹽雜湊不符"),
        .auditOtherLease: Bilingual("it belongs to another lease", "屬於另一個租約"),
        .auditProofWrong: Bilingual(
            "its inclusion proof does not lead to the signed head", "收錄證明無法導向已簽章的樹根"),
        .auditRecordsMissing: Bilingual(
            "lease {lease} has no record", "租約 {lease} 沒有紀錄"),
        .auditNotMirrored: Bilingual("the mirror does not hold it", "鏡像中沒有這筆紀錄"),
        .auditBundleUnreadable: Bilingual("the bundle is not readable: {what}", "無法讀取證明包：{what}"),
        .auditLeaseOpen: Bilingual(
            "lease {lease} has no last record: it still runs, or the record was left out; its bill is not proven",
            "租約 {lease} 沒有最終紀錄：仍在執行，或紀錄遭略去；帳單尚未獲證明"),
        .auditBundleTerms: Bilingual(
            "the bundle's rate, charge or attempt differs from its records",
            "證明包的費率、費用或次數與紀錄不符"),
        .auditMirrorDone: Bilingual(
            "{records} usage {records|record|records} of {leases} {leases|lease|leases}, "
                + "{nodes} node {nodes|key|keys}, every signature and charge checked",
            "{leases} 個租約的 {records} 筆用量紀錄、{nodes} 把節點金鑰，簽章與費用皆已檢查"),
        .auditBooksSound: Bilingual(
            "every record is as the market wrote it, and the ledger and the log add up",
            "每一筆記錄都與市場寫入時相同，帳本與紀錄皆相符"),
        .auditLedgerSum: Bilingual("sum {sum}", "總和 {sum}"),
        .auditEvidenceDone: Bilingual(
            "{receipts} {receipts|receipt|receipts}, {leases} {leases|settlement|settlements}, "
                + "{leaves} {leaves|leaf|leaves} in {path}",
            "{path} 中有 {receipts} 份收據、{leases} 筆結算、{leaves} 個葉節點"),
        .auditFileReplaced: Bilingual(
            "{path} was altered on this machine since it was mirrored; it is replaced by the log's own",
            "{path} 在鏡像之後於本機遭到更動；已換回紀錄的原件"),
        .fileIsNoFolder: Bilingual("a file stands where a folder is needed", "需要資料夾之處是檔案"),
        .fileIsFolder: Bilingual("a folder stands where a file is needed", "需要檔案之處是資料夾"),
        .fileNotAllowed: Bilingual(
            "this user may not use it, or nobody may write there", "此使用者無權使用，或該處不可寫入"),
        .fileHasNoRoom: Bilingual("there is no room left for it", "空間不足"),
        .fileIsGone: Bilingual("it is not there", "不存在"),
        .fileIsTooLarge: Bilingual("it is larger than {limit}", "超過 {limit}"),
        .fileFails: Bilingual("the system says: {reason}", "系統訊息：{reason}"),
        .auditFileMissing: Bilingual(
            "{path} is missing: mirror again", "缺少 {path}：請重新鏡像"),
        .auditFileCut: Bilingual(
            "{path} is cut or malformed: delete it and mirror again",
            "{path} 不完整或格式錯誤：請刪除後重新鏡像"),
        .auditFileDiffers: Bilingual(
            "{path} is not what the signed head stands for: delete it and mirror again",
            "{path} 與已簽章的樹根不符：請刪除後重新鏡像"),
        .auditMirrorMissing: Bilingual(
            "there is no mirror at {path}: make one with orban audit mirror",
            "{path} 沒有鏡像：請先執行 orban audit mirror"),
        .auditRootDiffers: Bilingual(
            "the files do not lead to the signed head of {size} {size|entry|entries}",
            "檔案無法導向 {size} 筆項目的已簽章樹根"),
        .auditNodeKeyDiffers: Bilingual(
            "the key told for {node} is not the one that the log binds",
            "所述的 {node} 金鑰與紀錄所綁定的不同"),
        .auditLogKeyChanged: Bilingual(
            "the log's key is not the one of log.key, which was seen before",
            "紀錄的金鑰與先前看到的 log.key 不同"),
    ]
}
