/// Texts of what the market refuses.
extension ErrorText {
    static let ofRefusals: [ErrorCode: ErrorText] = [
        .accountUnknown: ErrorText(
            Bilingual("Account not known", "查無帳戶"),
            Bilingual("account {account} is not known", "查無帳戶 {account}"),
            hint: Bilingual(
                "the operator opens accounts: orban market key create",
                "帳戶由營運者開立：orban market key create"),
            command: [
                "orban", "market", "key", "create", "--account", "{account}", "--role", "ROLE",
            ]),
        .accountExists: ErrorText(
            Bilingual("Account exists already", "帳戶已存在"),
            Bilingual("account {account} exists already", "帳戶 {account} 已存在")),
        .balanceTooLow: ErrorText(
            Bilingual("Balance too low", "餘額不足"),
            Bilingual(
                "cannot set aside the budget: balance {available} is less than {needed}",
                "無法保留預算：餘額 {available} 少於 {needed}"),
            hint: Bilingual(
                "lower budget.max_total, ask the operator for credit, or, with --pay vault, orban vault deposit",
                "調低 budget.max_total、請營運者加值；使用 --pay vault 時，以 orban vault deposit 存入"),
            command: ["orban", "market", "credit", "ACCOUNT", "{missing}", "--reason", "TEXT"]),
        .budgetMissing: ErrorText(
            Bilingual("No budget", "沒有預算"),
            Bilingual("the job has no budget, and the context sets none", "工作沒有預算，環境也沒有預設值"),
            hint: Bilingual(
                "set budget.max_total in the spec, or use --budget",
                "在規格中設定 budget.max_total，或使用 --budget")),
        .idempotencyKeyReused: ErrorText(
            Bilingual("Idempotency key used for another request", "冪等鍵已用於其他請求"),
            Bilingual("this idempotency key was used with another body", "這個冪等鍵已用於內容不同的請求"),
            hint: Bilingual("use a new key for a new request", "新的請求請用新的鍵")),
        .jobNotFound: ErrorText(
            Bilingual("Job not found", "查無工作"),
            Bilingual("no such job of yours", "您沒有這個工作"),
            hint: Bilingual("orban ps -a lists your jobs", "orban ps -a 列出您的工作"),
            command: ["orban", "ps", "-a"]),
        .jobNotOver: ErrorText(
            Bilingual("Job is not over", "工作尚未結束"),
            Bilingual(
                "the job still waits, runs or is being stopped; only one that is over starts again",
                "工作仍在等待、執行或停止中；結束後才能重試"),
            hint: Bilingual(
                "wait for its end: orban wait JOB, or end it: orban stop JOB",
                "等待結束：orban wait JOB，或停止它：orban stop JOB"),
            command: ["orban", "wait", "JOB"]),
        .nothingToRetry: ErrorText(
            Bilingual("Nothing to retry", "沒有可重試的子工作"),
            Bilingual("no task of the job failed or was stopped", "工作沒有失敗或已停止的子工作"),
            hint: Bilingual("submit it anew: orban run", "請重新送出：orban run"),
            command: ["orban", "run", "SPEC"]),
        .leaseNotFound: ErrorText(
            Bilingual("Lease not found", "查無租約"),
            Bilingual("no lease {lease}", "查無租約 {lease}")),
        .leaseOver: ErrorText(
            Bilingual("Lease is over", "租約已結束"),
            Bilingual("lease {lease} is over", "租約 {lease} 已結束")),
        .nodeNotFound: ErrorText(
            Bilingual("Node not found", "查無節點"),
            Bilingual("no node {node}", "查無節點 {node}"),
            hint: Bilingual("orban node list lists the nodes", "orban node list 列出節點"),
            command: ["orban", "node", "list"]),
        .nodeTaken: ErrorText(
            Bilingual("Node is taken", "節點已被使用"),
            Bilingual(
                "node {node} belongs to another provider or is connected already",
                "節點 {node} 屬於其他供應者，或已經連線"),
            hint: Bilingual(
                "stop the other agent, or join again with a new token", "停止另一個代理程式，或用新的權杖重新加入")),
        .deviceInUse: ErrorText(
            Bilingual("Device is in use", "裝置使用中"),
            Bilingual(
                "device {device} is under a live lease, or its node is connected and offers it",
                "裝置 {device} 有執行中的租約，或其節點已連線並提供該裝置"),
            hint: Bilingual(
                "stop the node or take the device out of its machine, then release it again",
                "停止節點或從機器移除裝置後，再釋出一次")),
        .deviceNotFound: ErrorText(
            Bilingual("Device not found", "查無裝置"),
            Bilingual(
                "the node has no device {device}, or no more; nothing was changed",
                "此節點沒有（或已不再有）裝置 {device}；未做任何變更"),
            hint: Bilingual(
                "orban node show NODE lists its devices; orban offers -o json those of every node",
                "orban node show NODE 列出它的裝置；orban offers -o json 列出所有節點的裝置"),
            command: ["orban", "node", "show", "NODE"]),
        .deviceTaken: ErrorText(
            Bilingual("Device is taken", "裝置已被占用"),
            Bilingual("device {device} is under a live lease", "裝置 {device} 已有執行中的租約")),
        .offerChanged: ErrorText(
            Bilingual("Offer changed", "報價已變更"),
            Bilingual("the offer changed since it was proposed", "報價在撮合後已變更")),
        .orderChanged: ErrorText(
            Bilingual("Order changed", "訂單已變更"),
            Bilingual("the order changed since it was proposed", "訂單在撮合後已變更")),
        .siblingThere: ErrorText(
            Bilingual("Not beside its sibling", "不能與同工作的其他子工作在一起"),
            Bilingual(
                "another task of the job is there, and placement.spread keeps them apart",
                "同一工作的另一個子工作已在該處，而 placement.spread 要求分開")),
        .budgetInUse: ErrorText(
            Bilingual("Budget in use", "預算使用中"),
            Bilingual(
                "what is left of the budget is set aside for running tasks", "剩下的預算都保留給執行中的子工作"),
            hint: Bilingual("it goes on when a task ends", "有子工作結束後就會繼續")),
        .budgetExhausted: ErrorText(
            Bilingual("Budget too small", "預算不足"),
            Bilingual(
                "what there is of the budget does not pay for one more second",
                "剩下的預算不足以支付一秒"),
            hint: Bilingual(
                "submit again with a larger budget.max_total", "以較大的 budget.max_total 重新送出")),
        .receiptMalformed: ErrorText(
            Bilingual("Receipt not readable", "收據無法讀取"),
            Bilingual("the receipt is not in a form that we know", "收據的格式不正確")),
        .receiptNotNewer: ErrorText(
            Bilingual("Receipt not newer", "收據不是較新的"),
            Bilingual("a receipt with this or a later number was accepted", "已接受同號或較新的收據")),
        .receiptAheadOfTime: ErrorText(
            Bilingual("Receipt ahead of time", "收據超前時間"),
            Bilingual(
                "a claim of {claimed} s is above the {possible} s that can have passed",
                "請款 {claimed} 秒，超過可能經過的 {possible} 秒")),
        .receiptOverBudget: ErrorText(
            Bilingual("Receipt over budget", "收據超過預算"),
            Bilingual("the claim is above what the lease may use", "請款超過租約可用的金額")),
        .wrongAttempt: ErrorText(
            Bilingual("Wrong attempt", "次數不符"),
            Bilingual("the receipt is of an attempt that is not current", "收據不屬於目前這一次執行")),
        .wrongNode: ErrorText(
            Bilingual("Wrong node", "節點不符"),
            Bilingual("the receipt is of another node", "收據屬於其他節點")),
        .badSignature: ErrorText(
            Bilingual("Signature does not verify", "簽章驗證失敗"),
            Bilingual("the signature does not verify with the key on record", "簽章與登錄的金鑰不符")),
        .amountOutOfRange: ErrorText(
            Bilingual("Amount out of range", "金額超出範圍"),
            Bilingual("an amount is outside what the market can hold", "金額超出市場可處理的範圍")),
        .termsImpossible: ErrorText(
            Bilingual("Job cannot be accepted", "無法接受工作"),
            Bilingual("cannot accept the job: {what}", "無法接受工作：{what}")),
        .quotaExceeded: ErrorText(
            Bilingual("Storage used up", "儲存空間已滿"),
            Bilingual(
                "your blobs and uploads would take more than {limit}",
                "您的檔案與上傳將超過 {limit}"),
            hint: Bilingual(
                "unfinished uploads are dropped after 24 h; the operator sets the limit:"
                    + " orban market serve --blob-quota",
                "未完成的上傳會在 24 小時後移除；上限由營運者設定：orban market serve --blob-quota")),
        .tooManyUploads: ErrorText(
            Bilingual("Too many unfinished uploads", "未完成的上傳過多"),
            Bilingual(
                "{limit} uploads of this account are unfinished", "這個帳戶有 {limit} 個上傳尚未完成"),
            hint: Bilingual(
                "finish some first; unfinished uploads are dropped after 24 h",
                "請先完成部分上傳；未完成的上傳會在 24 小時後移除")),
        .deadlinePast: ErrorText(
            Bilingual("Deadline is past", "期限已過"),
            Bilingual(
                "to be in time for its schedule a task has to start by {latest}, and that is past",
                "依 schedule，子工作最遲須在 {latest} 開始，而該時刻已過"),
            hint: Bilingual(
                "submit it with a later schedule.start_by or schedule.finish_by, or a shorter "
                    + "schedule.expect",
                "請以較晚的 schedule.start_by 或 schedule.finish_by，或較短的 schedule.expect 提交")),
        .chainMissing: ErrorText(
            Bilingual("No chain", "沒有區塊鏈"),
            Bilingual(
                "this market has no dealings with a chain, or not what was asked for",
                "這個市場未與區塊鏈往來，或沒有所要求的資料"),
            hint: Bilingual(
                "its operator starts it with --rpc, --contracts and --wallet",
                "營運者須以 --rpc、--contracts 與 --wallet 啟動它")),
        .addressTaken: ErrorText(
            Bilingual("Address taken", "位址已被使用"),
            Bilingual(
                "the address belongs to another account, or this account has another address",
                "這個位址屬於其他帳戶，或您的帳戶已有另一個位址")),
        .addressUnknown: ErrorText(
            Bilingual("Address not yours", "位址不屬於您"),
            Bilingual(
                "this account has not shown that it holds the address' key",
                "您的帳戶尚未證明持有這個位址的金鑰"),
            hint: Bilingual(
                "orban wallet link shows it to the market", "orban wallet link 可向市場證明"),
            command: ["orban", "wallet", "link"]),
        .exitBegun: ErrorText(
            Bilingual("Deposit on its way out", "存款正在取出"),
            Bilingual(
                "an exit from the vault has begun: nothing new is paid from that deposit",
                "已開始自保管合約取出：這筆存款不再支付新的工作"),
            hint: Bilingual(
                "deposit again when the exit is finished or its window is over",
                "取出完成或期限過後，可重新存入")),
        .voucherWrong: ErrorText(
            Bilingual("Voucher refused", "付款憑單遭拒"),
            Bilingual(
                "the voucher's sums are above what is owed, or its signer may not sign them",
                "付款憑單的金額高於應付金額，或簽署者無權簽署")),
        .vouchersMissing: ErrorText(
            Bilingual("Vouchers missing", "缺少付款憑單"),
            Bilingual(
                "{unsigned} is worked for and signed by nobody; at most {limit} may be",
                "已有 {unsigned} 的工作完成而無人簽署；上限為 {limit}"),
            hint: Bilingual(
                "orban wallet sign signs what your own records bear out",
                "orban wallet sign 會依您自己的紀錄簽署"),
            command: ["orban", "wallet", "sign"]),
        .chainOther: ErrorText(
            Bilingual("Another chain", "不同的區塊鏈"),
            Bilingual(
                "the market's books are of another chain, other contracts or another account on it",
                "市場的帳冊屬於另一條鏈、另一組合約，或鏈上的另一個帳戶"),
            hint: Bilingual(
                "start it with the chain, contracts and wallet that it began with, or with a fresh "
                    + "--data-dir",
                "請以最初的鏈、合約與錢包啟動，或使用新的 --data-dir")),
    ]
}
