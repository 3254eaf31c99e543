/// Texts of markets, nodes, keys.
extension Message {
    static let textsPlaces: [Message: Bilingual] = [
        .marketReady: Bilingual("market ready on {url}", "市場已在 {url} 就緒"),
        .marketStopping: Bilingual("stopping; running leases keep running", "停止中；執行中的租約會繼續"),
        .credentialsWritten: Bilingual(
            "keys written to {path}, readable by you alone", "金鑰已寫入 {path}，只有您能讀取"),
        .contextSaved: Bilingual("context {context} saved", "已儲存環境 {context}"),
        .contextUsed: Bilingual("context {context} is used now", "目前使用環境 {context}"),
        .keyMade: Bilingual(
            "key for {account} ({role}); it is shown once", "{account} 的金鑰（{role}）；只顯示一次"),
        .tokenMade: Bilingual(
            "join token for {uses} {uses|node|nodes}, good until {time}",
            "可供 {uses} 個節點加入的權杖，有效至 {time}"),
        .nodeJoined: Bilingual("joined as {node}", "已加入，節點為 {node}"),
        .nodeConnected: Bilingual("connected to {host}", "已連線至 {host}"),
        .nodeReconnecting: Bilingual("connection lost; trying again in {time}", "連線中斷；{time} 後重試"),
        .nodeDraining: Bilingual(
            "draining: running leases finish, no new ones come", "停止接單：執行中的租約會完成，不再接新的"),
        .nodeDrained: Bilingual("drained", "已排空"),
        .nodeDrainingBy: Bilingual(
            "draining: no new leases come; what still runs is asked to leave, to be gone by {time}",
            "停止接單：不再接新的租約；仍在執行的會收到通知，於 {time} 前清空"),
        .nodePaused: Bilingual(
            "paused: no new leases come, and what runs leaves after its grace",
            "已暫停：不再接新的租約，執行中的在寬限期後離開"),
        .nodeResumed: Bilingual("takes new leases again", "恢復接單"),
        .nodeReleased: Bilingual(
            "the device is free to be offered by another node", "該裝置可由其他節點提供"),
        .nodeContested: Bilingual(
            "{node}: its key is in use on two machines; the one that connected first works. Stop the other, "
                + "or join it anew with a token of its own",
            "{node}：金鑰同時用在兩台機器上，先連線者照常運作。請停止另一台，或用新的權杖重新加入"),
        .nodeFound: Bilingual(
            "found {cpus} {cpus|CPU|CPUs}, {memory} memory, {disk} disk, "
                + "{devices} {devices|GPU|GPUs}",
            "找到 {cpus} 個 CPU、記憶體 {memory}、磁碟 {disk}、GPU {devices} 個"),
        .nodeRuntime: Bilingual("containers: {runtime}", "容器引擎：{runtime}"),
        .checkPassed: Bilingual("passed", "通過"),
        .checkFailed: Bilingual("failed: {what}", "未通過：{what}"),
    ]
}
