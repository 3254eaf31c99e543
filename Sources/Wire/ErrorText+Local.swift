/// Texts of what only the command line refuses.
extension ErrorText {
    static let ofLocal: [ErrorCode: ErrorText] = [
        .usage: ErrorText(
            Bilingual("Wrong usage", "用法不正確"),
            Bilingual("{what}", "{what}"),
            hint: Bilingual("see {help}", "請見 {help}")),
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
        .roleMissing: ErrorText(
            Bilingual("Key lacks the right", "金鑰沒有權限"),
            Bilingual(
                "this needs a key of {needs}; context {context} has only one of {has}",
                "這需要 {needs} 的金鑰；環境 {context} 只有 {has} 的金鑰"),
            hint: Bilingual(
                "take another context with --context, or ask the operator for a key: orban market key create",
                "請以 --context 選用其他環境，或向營運者索取金鑰：orban market key create"),
            command: ["orban", "market", "key", "create", "--account", "ACCOUNT", "--role", "ROLE"]),
        .cannotListen: ErrorText(
            Bilingual("Cannot listen there", "無法在該處監聽"),
            Bilingual(
                "{what} cannot be served at {address}: {why}", "無法在 {address} 提供{what}：{why}"),
            hint: Bilingual("{fix}", "{fix}")),
        .capacityTaken: ErrorText(
            Bilingual("Machine has not so much left", "本機剩餘資源不足"),
            Bilingual(
                "cannot offer {asked}: this machine has {free} that no other node offers",
                "無法提供 {asked}：本機未被其他節點提供的資源只有 {free}"),
            hint: Bilingual(
                "offer less with --cpus and --memory, or stop another node if one runs here",
                "請以 --cpus 與 --memory 減少提供量，或停止本機的其他節點（若有）")),
        .nodeRunsAlready: ErrorText(
            Bilingual("Node runs already", "節點已在執行"),
            Bilingual("node {node} runs on this machine already", "節點 {node} 已在本機執行"),
            hint: Bilingual(
                "stop the other program first, or give this one its own --state-dir",
                "請先停止另一個程式，或為這個節點指定自己的 --state-dir")),
        .nodeNotJoined: ErrorText(
            Bilingual("Not a node yet", "尚未成為節點"),
            Bilingual("no node joined a market with {path}", "{path} 尚未加入任何市場"),
            hint: Bilingual(
                "orban node join TOKEN --state-dir {path}; the token comes from orban market token create",
                "orban node join 權杖 --state-dir {path}；權杖由 orban market token create 建立"),
            command: ["orban", "node", "join", "TOKEN", "--state-dir", "{path}"]),
        .engineOther: ErrorText(
            Bilingual("Another container engine runs", "執行中的是另一個容器引擎"),
            Bilingual(
                "the engine of this machine's nodes keeps its store in {found}, not in {wanted}",
                "本機節點的容器引擎將資料存放於 {found}，而非 {wanted}"),
            hint: Bilingual(
                "use its store, or end that engine when no job runs in it",
                "請使用其存放位置，或在沒有工作執行時結束該引擎"),
            command: ["orban", "node", "run", "--containers-root", "{found}"]),
        .selfTestImageMissing: ErrorText(
            Bilingual("Self-test image missing", "缺少自我測試用的映像檔"),
            Bilingual(
                "{store} has no image {image}, with which a node tries its container runtimes before it starts",
                "{store} 沒有映像檔 {image}，節點啟動前須以它測試容器執行環境"),
            hint: Bilingual(
                "script/images base makes it; or load one: podman --root {store} --runroot {run} load -i base.tar",
                "請以 script/images base 建立，或載入封存檔：podman --root {store} --runroot {run} load -i base.tar"
            ),
            command: [
                "podman", "--root", "{store}", "--runroot", "{run}", "load", "-i", "base.tar",
            ]),
        .outputFailed: ErrorText(
            Bilingual("Output not written", "輸出未寫出"),
            Bilingual("the output could not be written: {what}", "輸出無法寫出：{what}"),
            hint: Bilingual(
                "make room, or write it somewhere else; what was written is not whole",
                "請清出空間或改寫到別處；已寫出的部分不完整")),
        .chainUnreachable: ErrorText(
            Bilingual("Chain not reachable", "無法連線到鏈"),
            Bilingual("{what}", "{what}"),
            hint: Bilingual(
                "try again, or name more endpoints with --rpc", "請再試一次，或以 --rpc 指定更多節點")),
        .chainWrong: ErrorText(
            Bilingual("Not what it has to be on the chain", "鏈上狀態不符"),
            Bilingual("{what}", "{what}"),
            hint: Bilingual(
                "orban chain status shows what --rpc and --contracts stand for",
                "orban chain status 可查看 --rpc 與 --contracts 所指的內容"),
            command: ["orban", "chain", "status"]),
        .contractRefused: ErrorText(
            Bilingual("The contract refused", "合約拒絕"),
            Bilingual("it says: {what}", "原因：{what}"),
            hint: Bilingual(
                "what it refused has not happened; orban chain status shows whether these are the right contracts, "
                    + "orban wallet balance what there is",
                "遭拒的部分並未執行；orban chain status 可確認合約是否正確，orban wallet balance 可查看餘額"),
            command: ["orban", "wallet", "balance"]),
        .walletUnusable: ErrorText(
            Bilingual("Wallet cannot be used", "無法使用錢包"),
            Bilingual("{path}: {what}", "{path}：{what}"),
            hint: Bilingual(
                "name another with --wallet, or make one: orban wallet create",
                "請以 --wallet 指定其他錢包，或以 orban wallet create 建立"),
            command: ["orban", "wallet", "create"]),
        .localFailure: ErrorText(
            Bilingual("Failed on this machine", "本機發生錯誤"),
            Bilingual("{what}", "{what}")),
        .interrupted: ErrorText(
            Bilingual("Interrupted", "已中斷"),
            Bilingual("interrupted", "已中斷")),
    ]
}
