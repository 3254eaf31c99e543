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
            Bilingual("parameter {name} is not valid", "參數 {name} 不正確"),
            hint: Bilingual("{form}", "{form}")),
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
            Bilingual("this needs a key with the role {role}", "這需要具有 {role} 角色的金鑰"),
            hint: Bilingual(
                "the operator makes keys: orban market key create",
                "金鑰由營運者建立：orban market key create"),
            command: [
                "orban", "market", "key", "create", "--account", "ACCOUNT", "--role", "{role}",
            ]),
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
                "請啟動節點可連線的市場：orban market serve --public-host NAME"),
            command: ["orban", "market", "serve", "--public-host", "NAME"]),
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
    ]
}
