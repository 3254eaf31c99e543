/// Texts of headings of `ps`, `show`, `offers`, `node list`, `cost` and `ledger`.
extension Message {
    static let textsTables: [Message: Bilingual] = [
        .headingJob: Bilingual("JOB", "工作"),
        .headingName: Bilingual("NAME", "名稱"),
        .headingState: Bilingual("STATE", "狀態"),
        .headingProgress: Bilingual("PROGRESS", "進度"),
        .headingTask: Bilingual("TASK", "子工作"),
        .headingTasks: Bilingual("TASKS", "子工作"),
        .headingAttempt: Bilingual("ATTEMPT", "次數"),
        .headingNode: Bilingual("NODE", "節點"),
        .headingProvider: Bilingual("PROVIDER", "供應者"),
        .headingRegion: Bilingual("WHERE", "地區"),
        .headingTier: Bilingual("TIER", "等級"),
        .headingDevices: Bilingual("GPU", "GPU"),
        .headingCPU: Bilingual("CPU", "CPU"),
        .headingMemory: Bilingual("MEMORY", "記憶體"),
        .headingDisk: Bilingual("DISK", "磁碟"),
        .headingNetwork: Bilingual("NETWORK", "網路"),
        .headingFree: Bilingual("FREE", "可用"),
        .headingAge: Bilingual("AGE", "時間"),
        .headingPrice: Bilingual("PRICE/H", "每小時價格"),
        .headingSpotPrice: Bilingual("SPOT/H", "可搶占價"),
        .headingSpent: Bilingual("SPENT", "已花費"),
        .headingBudget: Bilingual("BUDGET", "預算"),
        .headingRefunded: Bilingual("REFUNDED", "已退回"),
        .headingMetered: Bilingual("SECONDS", "秒數"),
        .headingCharge: Bilingual("CHARGE", "費用"),
        .headingChargeOfAll: Bilingual("CHARGE OF ALL ATTEMPTS", "各次費用合計"),
        .headingEndedBy: Bilingual("ENDED BY", "結束原因"),
        .headingAccount: Bilingual("ACCOUNT", "帳戶"),
        .headingAmount: Bilingual("AMOUNT", "金額"),
        .headingKind: Bilingual("KIND", "種類"),
        .headingTime: Bilingual("TIME", "時刻"),
        .headingLease: Bilingual("LEASE", "租約"),
        .headingLeases: Bilingual("LEASES", "租約數"),
        .headingConnected: Bilingual("CONNECTED", "連線"),
        .headingAvailability: Bilingual("TAKES ORDERS", "接單"),
        .headingSequence: Bilingual("NO.", "序號"),
        .headingExit: Bilingual("EXIT", "結束碼"),
        .headingPath: Bilingual("PATH", "路徑"),
        .headingSize: Bilingual("SIZE", "大小"),
        .showWhy: Bilingual("why", "原因"),
        .showCost: Bilingual("cost", "費用"),
        .showImage: Bilingual("image", "映像"),
        .showSubmitted: Bilingual("submitted", "送出時間"),
        .showTasks: Bilingual("tasks", "子工作"),
        .showExit: Bilingual("exit code", "結束碼"),
        .showHeld: Bilingual("set aside", "保留中"),
        .showNode: Bilingual("node", "節點"),
        .showCharged: Bilingual("{charged} of {budget}", "{charged}／預算 {budget}"),
        .showWaitingIsFree: Bilingual("waiting is free", "等待不收費"),
        .psSummary: Bilingual(
            "{running} running · {spent} spent · balance {balance}",
            "{running} 個執行中 · 已花費 {spent} · 餘額 {balance}"),
        .psEmpty: Bilingual("No job. Start one: {command}", "沒有工作。開始一個：{command}"),
        .offerOpenUntil: Bilingual("{what}, until {time}", "{what}，至 {time}"),
        .headingUseful: Bilingual("USEFUL", "有效"),
        .offersEmpty: Bilingual("No offer now.", "目前沒有報價。"),
        .offersShown: Bilingual("{shown} of {total} shown", "顯示 {total} 個中的 {shown} 個"),
        .nodeBelowFloor: Bilingual(
            "this node offers tier new: {component} {version} has {advisory}, fixed in {fixed}",
            "此節點僅提供 new 等級：{component} {version} 存在 {advisory}，已於 {fixed} 修正"),
        .networkEgress: Bilingual(
            "egress: public addresses, by TCP and HTTP/3; nothing private, no way in",
            "egress：可透過 TCP 與 HTTP/3 連到公開位址；不可連到私有位址，也無法由外連入"),
        .nodeWithoutNetwork: Bilingual(
            "this node offers no network: {why}", "此節點不提供網路：{why}"),
        .noNetworkRoot: Bilingual(
            "it does not run as root", "並非以 root 執行"),
        .noNetworkTools: Bilingual(
            "{what} is missing: install iproute2, nftables and util-linux",
            "缺少 {what}：請安裝 iproute2、nftables 與 util-linux"),
        .noNetworkForwarding: Bilingual(
            "the machine forwards no packets; its owner may: sysctl -w net.ipv4.ip_forward=1",
            "本機不轉送封包；擁有者可執行：sysctl -w net.ipv4.ip_forward=1"),
        .noNetworkFilter: Bilingual(
            "the kernel does not take the packet filter: {what}", "核心不接受封包過濾規則：{what}"),
        .noNetworkPort: Bilingual(
            "something else listens on port 53 of every address: bind it to its own addresses",
            "另有程式在所有位址監聽 53 埠：請讓它只監聽自己的位址"),
        .noNetworkResolver: Bilingual(
            "no name server is known: fill /etc/resolv.conf, or resolvers of the owner's file",
            "沒有可用的名稱伺服器：請設定 /etc/resolv.conf，或擁有者檔案的 resolvers"),
        .noNetworkOwner: Bilingual(
            "the owner's file says reach nothing", "擁有者的檔案設定 reach 為 nothing"),
        .offerPromise: Bilingual(
            "{node} promises each lease {share} of its time; one that gets less gives back {credit} of its charge",
            "{node} 承諾每份租約 {share} 的服務時間；未達時退還 {credit} 的費用"),
        .offerRefuted: Bilingual(
            "{node} cannot be in {region}: beacon {beacon} hears it in {time}, so it is within "
                + "{within} km of there, and {region} is at least {away} km away (region_refuted)",
            "{node} 不可能位於 {region}：信標 {beacon} 與它往返僅 {time}，距離必在 {within} 公里內，"
                + "而 {region} 至少在 {away} 公里外（region_refuted）"),
        .nodeRoundTrips: Bilingual("round trips", "往返時間"),
        .nodesEmpty: Bilingual("No node has joined.", "沒有節點加入。"),
    ]
}
