/// Texts of help: what each command, operand and option is for.
extension Message {
    static let textsHelp: [Message: Bilingual] = textsHelpCommands.merging(textsHelpOptions) {
        first, _ in first
    }

    private static let textsHelpCommands: [Message: Bilingual] = [
        .helpProgram: Bilingual(
            "orban: rent computing by the second, or let yours, with a bill that anybody can check",
            "orban：按秒租用或出租運算，帳單人人可驗證"),
        .helpUsage: Bilingual("usage:", "用法："),
        .helpSameAs: Bilingual("the same as:  {command}", "等同於：  {command}"),
        .helpEverywhere: Bilingual("with every command:", "所有指令皆可使用："),
        .helpExitCodes: Bilingual(
            "exit codes: 0 done · 1 failure · 2 usage · 3 not found · 4 login · 5 conflict · "
                + "6 no offer · 7 money · 8 not verified · 9 timeout · 10 unreachable · "
                + "130 interrupted; run and wait: the job's own",
            "結束碼：0 完成 · 1 失敗 · 2 用法 · 3 查無 · 4 登入 · 5 衝突 · 6 無報價 · 7 金額 · "
                + "8 驗證失敗 · 9 逾時 · 10 無法連線 · 130 中斷；run 與 wait 為工作本身的結束碼"),
        .helpUp: Bilingual(
            "start a market and one node on this machine", "在本機啟動一個市場與一個節點"),
        .helpRun: Bilingual(
            "run a job: plan, confirm, upload, pay, show its output, fetch its results",
            "執行工作：計畫、確認、上傳、付款、顯示輸出、取回結果"),
        .helpPlan: Bilingual(
            "what a job costs at worst; nothing is bought", "工作最多花費多少；不會購買"),
        .helpPs: Bilingual("list your jobs that go on", "列出進行中的工作"),
        .helpShow: Bilingual("one page about a job", "查看一個工作"),
        .helpLogs: Bilingual("what a job wrote", "查看工作的輸出"),
        .helpTop: Bilingual(
            "what jobs use now: CPU, memory, GPUs, seconds and charge",
            "工作目前的用量：CPU、記憶體、GPU、秒數與費用"),
        .helpEvents: Bilingual("what became of a job, step by step", "工作的每一步進展"),
        .helpStop: Bilingual("stop jobs; what ran so far is charged", "停止工作；已執行的部分會收費"),
        .helpWait: Bilingual("wait until jobs are over", "等待工作結束"),
        .helpRetry: Bilingual(
            "start a job's failed tasks again, of a gang all", "重新開始失敗的子工作（同組者全部）"),
        .helpCopy: Bilingual("fetch an output of a job", "取回工作的輸出"),
        .helpCost: Bilingual("what your jobs were charged", "工作的花費"),
        .helpInvoice: Bilingual("a job's statement, lease by lease", "工作的帳單，逐筆租約"),
        .helpBalance: Bilingual("what the account has", "帳戶餘額"),
        .helpOffers: Bilingual("what nodes offer now", "節點目前的報價"),
        .helpMarketServe: Bilingual("run a market", "執行市場"),
        .helpKeyCreate: Bilingual("make a key for an account", "為帳戶建立金鑰"),
        .helpCredit: Bilingual("book money to an account", "為帳戶加值"),
        .helpMarketAudit: Bilingual(
            "check every record of a market's folder", "檢查市場資料夾中的每一筆記錄"),
        .helpMarketImage: Bilingual(
            "name an image and upload its OCI archive", "為映像命名並上傳 OCI 封存檔"),
        .helpTokenCreate: Bilingual("make a token with which nodes join", "建立節點加入用的權杖"),
        .helpNodeJoin: Bilingual("make this machine a node of a market", "讓本機成為市場的節點"),
        .helpNodeRun: Bilingual(
            "run this machine's node; the signal USR1 drains it",
            "執行本機的節點；訊號 USR1 讓它不再承接新的租約"),
        .helpNodeList: Bilingual("list your nodes", "列出您的節點"),
        .helpNodeShow: Bilingual(
            "one page about a node: its devices, what they do, its leases",
            "查看一個節點：裝置、用量與租約"),
        .helpNodeDrain: Bilingual(
            "take no new leases on a node until resume; what runs finishes",
            "節點不再接新租約，直到 resume；執行中的會完成"),
        .helpNodeRelease: Bilingual(
            "forget a device that a node has no more, so that another may offer it",
            "釋出節點不再擁有的裝置，讓其他節點提供"),
        .helpNodeScrubDevice: Bilingual(
            "scrub one device; started by the node", "清除一個裝置；由節點啟動"),
        .helpNodePause: Bilingual(
            "take a node back until resume: no new leases, and what runs leaves after its grace",
            "收回節點，直到 resume：不接新租約，執行中的在寬限期後離開"),
        .helpNodeResume: Bilingual(
            "take new leases on a paused or drained node again", "讓暫停或停止接單的節點恢復接單"),
        .helpNodeWatch: Bilingual("watch one lease; started by the node", "監看一個租約；由節點啟動"),
        .helpAuditVerify: Bilingual(
            "verify a job's bill from its bundle, without the market",
            "以證明包驗證工作的帳單，不需市場"),
        .helpAuditExport: Bilingual("write a job's bundle", "輸出工作的證明包"),
        .helpAuditLog: Bilingual("list entries of the public log", "列出公開紀錄的項目"),
        .helpAuditLedger: Bilingual("list lines of the ledger; they sum to zero", "列出帳目；總和為零"),
        .helpAuditMirror: Bilingual(
            "copy the whole log and verify all of it", "複製整份紀錄並全部驗證"),
        .helpAuditEvidence: Bilingual(
            "write receipts, settlements and leaves for other checkers",
            "輸出收據、結算與葉節點，供其他程式檢查"),
        .helpVersion: Bilingual("what this program is", "程式版本"),
        .operandSpec: Bilingual("job spec, YAML or JSON", "工作規格，YAML 或 JSON"),
        .operandJob: Bilingual("name or id of a job", "工作名稱或編號"),
        .operandJobTask: Bilingual("a job, or one of its tasks", "工作，或其中一個子工作"),
        .operandJobPath: Bilingual(
            "a job, or one of its tasks, and an output path", "工作或子工作，以及輸出路徑"),
        .operandFolder: Bilingual("a folder on this machine", "本機資料夾"),
        .operandAccount: Bilingual("an account, acc_…", "帳戶，acc_…"),
        .operandAmount: Bilingual("an amount such as 5 or 5 USD", "金額，例如 5 或 5 USD"),
        .operandImage: Bilingual("what jobs call the image", "工作使用的映像名稱"),
        .operandArchive: Bilingual("an OCI archive (tar)", "OCI 封存檔（tar）"),
        .operandNode: Bilingual("a node, nod_…", "節點，nod_…"),
        .operandDevice: Bilingual("a device, GPU-… or MIG-…", "裝置，GPU-… 或 MIG-…"),
        .operandBundle: Bilingual(
            "a bundle of `audit export`, - for standard input; or a job, whose bundle the market gives",
            "`audit export` 輸出的證明包，- 為標準輸入；或工作，由市場提供其證明包"),
        .operandToken: Bilingual("a join token", "加入權杖"),
        .operandWord: Bilingual("set by the node", "由節點設定"),
    ]

    private static let textsHelpOptions: [Message: Bilingual] = [
        .optionHelp: Bilingual("show help", "顯示說明"),
        .optionOutput: Bilingual(
            "form of data and errors: table or json", "資料與錯誤的格式：table 或 json"),
        .optionLanguage: Bilingual("language: en or zh-TW", "語言：en 或 zh-TW"),
        .optionContext: Bilingual("which market to ask", "使用哪個市場環境"),
        .optionNoInput: Bilingual("never ask", "不詢問"),
        .optionYes: Bilingual("agree without being asked", "同意，不再詢問"),
        .optionDetach: Bilingual("do not stay with the job", "送出後不等待"),
        .optionBudget: Bilingual("the most that the job may cost", "工作的花費上限"),
        .optionName: Bilingual("a name", "名稱"),
        .optionImage: Bilingual("the image to run in", "使用的映像"),
        .optionVariable: Bilingual("set an environment variable", "設定環境變數"),
        .optionCPUs: Bilingual("CPUs", "CPU 數量"),
        .optionMemory: Bilingual("memory", "記憶體"),
        .optionDisk: Bilingual("disk", "磁碟"),
        .optionGPU: Bilingual("GPUs", "GPU"),
        .optionPrice: Bilingual(
            "price of the whole node; a number alone is USD/h (default: 0.10 USD/h)",
            "整個節點的價格；只寫數字即為 USD/h（預設：0.10 USD/h）"),
        .optionSpotPrice: Bilingual(
            "price of the whole node for spot jobs, which make way for others; at most --price "
                + "(default: --price)",
            "整個節點對可搶占工作的價格；這類工作須讓位給其他工作；不高於 --price（預設與 --price 相同）"),
        .optionRegion: Bilingual("country of the node", "節點所在國家"),
        .optionNetwork: Bilingual(
            "network of the job: none, or egress to public addresses",
            "工作的網路：none，或可連到公開位址的 egress"),
        .optionBeacon: Bilingual(
            "an endpoint to which renters and nodes measure their distance, with its place where "
                + "that is known; again for more",
            "供租用者與節點測量距離的端點，已知時附上座標；可重複"),
        .optionNoLatency: Bilingual(
            "measure no distance to the market's beacons, even for max_latency",
            "不測量到市場信標的距離，即使規格設有 max_latency"),
        .optionEgress: Bilingual(
            "offer jobs a network: public addresses only, filtered",
            "提供工作網路：僅限公開位址，並經過濾"),
        .optionEgressPolicy: Bilingual(
            "a JSON file of yours that denies jobs more; see docs/isolation.md",
            "您自訂的 JSON 檔，進一步限制工作的網路；見 docs/isolation.md"),
        .optionAll: Bilingual("also jobs that are over", "包含已結束的工作"),
        .optionLimit: Bilingual("at most so many", "最多幾筆"),
        .optionFollow: Bilingual("stay until the job is over", "持續到工作結束"),
        .optionStream: Bilingual("only one stream", "只看一種輸出"),
        .optionTimestamps: Bilingual("time, task and stream before each line", "每行前加上時間、子工作與輸出"),
        .optionTimeout: Bilingual("give up after this time", "超過時間即放棄"),
        .optionValidity: Bilingual(
            "how long the token lets nodes join; without it 1h", "權杖可供加入的時間；未指定時為 1h"),
        .optionReason: Bilingual("why, as statements show it", "理由，會顯示在帳單"),
        .optionRole: Bilingual("renter, provider or operator", "renter、provider 或 operator"),
        .optionAccount: Bilingual("an account, acc_…", "帳戶，acc_…"),
        .optionUses: Bilingual("how many nodes may join with it", "可供幾個節點加入"),
        .optionStateFolder: Bilingual("where state is kept", "狀態存放的資料夾"),
        .optionDataFolder: Bilingual("where the market is kept", "市場資料存放的資料夾"),
        .optionHost: Bilingual("address to listen on", "監聽位址"),
        .optionPort: Bilingual("port of the HTTP interface; 0: any", "HTTP 連接埠；0 表示任意"),
        .optionChannelPort: Bilingual("port for nodes", "節點用的連接埠"),
        .optionPublicHost: Bilingual(
            "how others reach this machine", "其他人連到本機的名稱"),
        .optionOrigin: Bilingual("the market's name in its log", "市場在紀錄中的名稱"),
        .optionBlobQuota: Bilingual(
            "bytes that one account may store, unfinished uploads included; without it 100GB",
            "一個帳戶可儲存的位元組數，含未完成的上傳；未指定時為 100GB"),
        .optionWriteRate: Bilingual(
            "changes that one account may ask for in a second; without it 100",
            "一個帳戶每秒可提出的變更數；未指定時為 100"),
        .optionCommission: Bilingual(
            "the market's part of each charge, in hundredths of a percent", "市場佣金，以萬分之一計"),
        .optionCUDA: Bilingual(
            "the library of CUDA's driver, which wipes a GPU between two leases (the one beside "
                + "--nvml, or libcuda.so.1); none wipes nothing, and no GPU is leased",
            "CUDA 驅動程式庫，用於兩次租約之間清除 GPU 記憶體（預設為 --nvml 旁的檔案或 "
                + "libcuda.so.1）；none 表示不清除，也不出租 GPU"),
        .optionClearQuarantine: Bilingual(
            "scrub this GPU in quarantine again, after you have looked at it; may be repeated",
            "檢查後，重新清除這個隔離中的 GPU；可重複"),
        .optionNVML: Bilingual(
            "the library that tells of GPUs: the system's libnvidia-ml.so.1 unless named; none offers no GPU",
            "讀取 GPU 的函式庫：未指定時使用系統的 libnvidia-ml.so.1；none 表示不提供 GPU"),
        .optionMetrics: Bilingual(
            "serve this node's metrics for Prometheus there, at /metrics (default: nowhere)",
            "在該位址的 /metrics 提供本節點的 Prometheus 指標（預設：不提供）"),
        .optionOnce: Bilingual("look once and end", "查看一次後結束"),
        .optionSince: Bilingual(
            "how far back; without it 5m, and 1h of a job that is over",
            "往前多久；未指定時為 5m，已結束的工作為 1h"),
        .optionSeriesQuota: Bilingual(
            "bytes that samples of all leases may take together; without it 4GB",
            "所有租約的取樣可使用的位元組數；未指定時為 4GB"),
        .optionSimulate: Bilingual(
            "run no containers: `sleep N` and `exit C` pass in time only",
            "不執行容器：`sleep N` 與 `exit C` 只計時"),
        .optionEngineSocket: Bilingual(
            "socket of a container engine that runs", "執行中的容器引擎的 socket"),
        .optionContainersRoot: Bilingual("where images and containers are kept", "映像與容器存放的資料夾"),
        .optionRegistry: Bilingual(
            "a registry that jobs may pull from; again for more (default: none)",
            "工作可下載映像的登錄庫，可重複（預設：無）"),
        .optionLargestImage: Bilingual(
            "no image of a job may be larger, packed or unpacked (default: 64GB)",
            "工作映像的大小上限，封存與解開後皆同（預設：64GB）"),
        .optionSchedule: Bilingual(
            "hours in which the machine is let, windows joined by ;; without it always",
            "出租時段，以 ; 分隔多個時段；未指定時全天開放"),
        .optionYield: Bilingual(
            "what of your own use takes the machine back; without it never",
            "您自己的哪些使用會收回機器；未指定時為 never"),
        .optionGrace: Bilingual(
            "between the notice to what runs and its end, up to 24h; without it 60s",
            "通知執行中的工作到結束之間的時間，至多 24h；未指定時為 60s"),
        .optionIdle: Bilingual(
            "how long you must not have used it before it is let again, from 10s; without it 10m",
            "您停止使用多久後再次出租，至少 10s；未指定時為 10m"),
        .optionBy: Bilingual(
            "when what still runs is gone: a time here, with a date and zone, or from now",
            "仍在執行的何時清空：本地時刻、含日期與時區的時刻，或從現在起算"),
        .optionMirror: Bilingual("a mirror that must hold every record", "須含有每筆紀錄的鏡像"),
        .optionOffline: Bilingual("verify what is there, asking nobody", "只驗證已有的內容，不連線"),
        .optionLogKey: Bilingual("the log's key, as you know it", "您所知的紀錄金鑰"),
        .optionAnchorRPC: Bilingual(
            "also look on its chain for the head's anchor, at this endpoint (JSON-RPC); given three times, "
                + "two must agree",
            "並於此節點（JSON-RPC）查核樹根在鏈上的錨定；給三個則須兩個一致"),
        .optionAuthority: Bilingual(
            "certificate that signs the market's own (PEM file)", "簽發市場憑證的憑證（PEM 檔）"),
    ]
}
