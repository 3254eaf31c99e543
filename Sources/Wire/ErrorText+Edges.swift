/// Texts of what the edges refuse.
extension ErrorText {
    static let ofEdges: [ErrorCode: ErrorText] = [
        .specInvalid: ErrorText(
            Bilingual("Job spec not valid", "工作規格不正確"),
            Bilingual("{what}", "{what}"),
            hint: Bilingual("the line and the column say where", "行號與欄號指出位置")),
        .bodyMalformed: ErrorText(
            Bilingual("Request not readable", "無法讀取請求"),
            Bilingual("the request is not readable: {what}", "無法讀取請求：{what}")),
        .bodyTooLarge: ErrorText(
            Bilingual("Request too large", "請求過大"),
            Bilingual("the request is larger than {limit}", "請求超過 {limit}")),
        .parameterInvalid: ErrorText(
            Bilingual("Parameter not valid", "參數不正確"),
            Bilingual("parameter {name} is not valid", "參數 {name} 不正確")),
        .idempotencyKeyMissing: ErrorText(
            Bilingual("Idempotency key missing", "缺少冪等鍵"),
            Bilingual(
                "this request spends money and needs an Idempotency-Key",
                "這個請求會花錢，需要 Idempotency-Key"),
            hint: Bilingual(
                "send the header Idempotency-Key with a text of your own",
                "請加上標頭 Idempotency-Key，內容自訂")),
        .unauthorized: ErrorText(
            Bilingual("Login needed", "需要登入"),
            Bilingual("no valid key came with the request", "請求沒有附上有效的金鑰"),
            hint: Bilingual(
                "the key is ORBAN_TOKEN, or the one of the context in credentials.yaml",
                "金鑰取自 ORBAN_TOKEN，或 credentials.yaml 中目前的 context")),
        .forbidden: ErrorText(
            Bilingual("Not allowed", "沒有權限"),
            Bilingual("this needs a key with the role {role}", "這需要具有 {role} 角色的金鑰")),
        .tokenInvalid: ErrorText(
            Bilingual("Token not valid", "權杖無效"),
            Bilingual("the token is wrong, used up or expired", "權杖錯誤、已用完或已過期"),
            hint: Bilingual(
                "ask for a new one: orban market token create",
                "請取得新的權杖：orban market token create"),
            command: ["orban", "market", "token", "create"]),
        .nodesNotTaken: ErrorText(
            Bilingual("This market takes no nodes", "此市場不接受節點加入"),
            Bilingual(
                "it listens for nodes on no port that they could know: orban up is one machine alone",
                "它沒有供節點連線的固定連接埠：orban up 只供單一機器使用"),
            hint: Bilingual(
                "start a market that nodes can reach: orban market serve --public-host NAME",
                "請啟動節點可連線的市場：orban market serve --public-host NAME")),
        .notFound: ErrorText(
            Bilingual("Not found", "查無資料"),
            Bilingual("{what} was not found", "查無 {what}")),
        .methodNotAllowed: ErrorText(
            Bilingual("Method not allowed", "不允許的方法"),
            Bilingual("this address does not take this method", "這個位址不接受這個方法")),
        .imageNotFound: ErrorText(
            Bilingual("Image not found", "查無映像"),
            Bilingual("image {name} was not found", "查無映像 {name}"),
            hint: Bilingual(
                "check the name, upload an OCI archive: orban market image, or give a registry's image with its digest",
                "請檢查名稱、上傳 OCI 封存檔：orban market image，或改用附上摘要的登錄庫映像"),
            command: ["orban", "market", "image", "{name}", "ARCHIVE"]),
        .imageUnpinned: ErrorText(
            Bilingual("Image without a digest", "映像缺少摘要"),
            Bilingual(
                "image {name} does not say by its digest what will run, and the market asks no registry",
                "映像 {name} 未以摘要指明內容，而市場不會查詢登錄庫"),
            hint: Bilingual(
                "give the digest in place of the tag: HOST/PATH@sha256:DIGEST (skopeo inspect prints it)",
                "請以摘要取代標籤：HOST/PATH@sha256:DIGEST（可用 skopeo inspect 查詢）"),
            command: ["skopeo", "inspect", "docker://{name}"]),
        .blobMismatch: ErrorText(
            Bilingual("Bytes differ from their digest", "內容與摘要不符"),
            Bilingual("the bytes that arrived are not {digest}", "收到的內容不是 {digest}"),
            hint: Bilingual("send it again", "請重新上傳")),
        .rangeNotSatisfiable: ErrorText(
            Bilingual("Range outside the file", "範圍超出檔案"),
            Bilingual("the range begins after the file's {size}", "範圍的起點超過檔案的 {size}")),
        .noMatchingOffers: ErrorText(
            Bilingual("No offer fits this job", "沒有報價符合這個工作"),
            Bilingual("{what}", "{what}")),
        .tooManyRequests: ErrorText(
            Bilingual("Too many requests", "請求過多"),
            Bilingual("too many requests; try again in {seconds} s", "請求過多，請於 {seconds} 秒後再試")),
        .requestTooSlow: ErrorText(
            Bilingual("Request too slow", "請求過慢"),
            Bilingual("the request's body did not arrive in time", "請求的內容未在時限內送達"),
            hint: Bilingual("send it again; uploads go on where they stopped", "請重新傳送；上傳會從中斷處繼續")),
        .unavailable: ErrorText(
            Bilingual("Not available now", "暫時無法使用"),
            Bilingual("the market cannot answer now", "市場暫時無法回應"),
            hint: Bilingual("try again; the same idempotency key buys once", "請再試一次；相同的冪等鍵只會購買一次")),
        .internalFailure: ErrorText(
            Bilingual("Our fault", "系統內部錯誤"),
            Bilingual(
                "something failed inside the market; nothing was charged for it",
                "市場內部發生錯誤；不會因此收費"),
            hint: Bilingual("give the id to the operator", "請把編號交給營運者")),
        .usage: ErrorText(
            Bilingual("Wrong usage", "用法不正確"),
            Bilingual("{what}", "{what}"),
            hint: Bilingual("orban help shows every command", "orban help 列出所有指令"),
            command: ["orban", "help"]),
        .confirmRequired: ErrorText(
            Bilingual("Confirmation needed", "需要確認"),
            Bilingual(
                "{what}, and there is no terminal to ask on", "{what}，而目前沒有終端機可以詢問"),
            hint: Bilingual("add --yes", "加上 --yes")),
        .fileNotFound: ErrorText(
            Bilingual("File not found", "查無檔案"),
            Bilingual("{path} cannot be read", "無法讀取 {path}")),
        .fileUnusable: ErrorText(
            Bilingual("File cannot be used", "無法使用檔案"),
            Bilingual("{path}: {what}", "{path}：{what}"),
            hint: Bilingual("name another place, or change that", "請改用其他位置，或先排除此問題")),
        .loginRequired: ErrorText(
            Bilingual("Login needed", "需要登入"),
            Bilingual("context {context} has no key", "環境 {context} 沒有金鑰"),
            hint: Bilingual(
                "set ORBAN_TOKEN, or add the key to credentials.yaml",
                "請設定 ORBAN_TOKEN，或把金鑰加入 credentials.yaml")),
        .credentialsExposed: ErrorText(
            Bilingual("Key file readable by others", "金鑰檔可被他人讀取"),
            Bilingual("{path} can be read by others", "{path} 可被其他人讀取"),
            hint: Bilingual("chmod 600 {path}", "chmod 600 {path}"),
            command: ["chmod", "600", "{path}"]),
        .marketUnreachable: ErrorText(
            Bilingual("Market not reachable", "無法連線到市場"),
            Bilingual("cannot reach {what}", "無法連線到 {what}"),
            hint: Bilingual("it is safe to try again", "可以放心再試一次")),
        .marketUntrusted: ErrorText(
            Bilingual("Market not trusted", "市場不受信任"),
            Bilingual("the market does not prove who it is: {what}", "市場無法證明身分：{what}")),
        .timeout: ErrorText(
            Bilingual("Waited too long", "等待逾時"),
            Bilingual("not done after {time}", "經過 {time} 仍未完成"),
            hint: Bilingual(
                "what was started goes on; wait again with a longer --timeout",
                "已開始的會繼續；請以較長的 --timeout 再等")),
        .proofInvalid: ErrorText(
            Bilingual("Does not verify", "驗證失敗"),
            Bilingual("{what}", "{what}")),
        .egressPolicyInvalid: ErrorText(
            Bilingual("Egress policy not valid", "網路政策檔不正確"),
            Bilingual(
                "{path} cannot be the policy of this machine: {what}; nothing was started",
                "{path} 不能作為本機的網路政策：{what}；未啟動任何服務"),
            hint: Bilingual(
                "correct the file (docs/isolation.md lists its keys), or start without --egress-policy",
                "請修正檔案（docs/isolation.md 列出各個鍵），或不使用 --egress-policy 啟動")),
        .localFailure: ErrorText(
            Bilingual("Failed on this machine", "本機發生錯誤"),
            Bilingual("{what}", "{what}")),
        .interrupted: ErrorText(
            Bilingual("Interrupted", "已中斷"),
            Bilingual("interrupted", "已中斷")),
    ]
}
