/// Texts of job states, task states and end reasons.
extension Message {
    static let textsStates: [Message: Bilingual] = [
        .stateWaiting: Bilingual("waiting", "等待中"),
        .stateMatching: Bilingual("matching", "撮合中"),
        .stateStarting: Bilingual("starting", "啟動中"),
        .stateRunning: Bilingual("running", "執行中"),
        .stateStopping: Bilingual("stopping", "停止中"),
        .stateFinished: Bilingual("finished", "已完成"),
        .stateFailed: Bilingual("failed", "失敗"),
        .stateStopped: Bilingual("stopped", "已停止"),
        .taskQueued: Bilingual("queued", "排隊中"),
        .taskOpen: Bilingual("on the market", "尋找節點中"),
        .taskLeased: Bilingual("leased", "已租用"),
        .taskSucceeded: Bilingual("succeeded", "成功"),
        .taskFailed: Bilingual("failed", "失敗"),
        .taskStopped: Bilingual("stopped", "已停止"),
        .availabilityOpen: Bilingual("open", "開放"),
        .availabilityDraining: Bilingual("draining", "停止接單"),
        .availabilityDown: Bilingual("down", "離線"),
        .endExited: Bilingual("the program ended with code {code}", "程式結束，結束碼 {code}"),
        .endOutOfMemory: Bilingual("killed: it needed more memory than its limit", "已終止：記憶體用量超過上限"),
        .endOverran: Bilingual(
            "stopped: limits.max_duration was reached", "已停止：達到 limits.max_duration"),
        .endBudget: Bilingual("stopped: the budget was used up", "已停止：預算用完"),
        .endStopped: Bilingual("stopped by the renter", "租用者已停止"),
        .endStartFailed: Bilingual("could not start ({code})", "無法啟動（{code}）"),
        .endLost: Bilingual("the node stopped answering", "節點失去回應"),
        .endKilled: Bilingual("killed from outside", "遭外力終止"),
        .reasonNoOffer: Bilingual("no offer fits now", "目前沒有合適的報價"),
        .reasonQueued: Bilingual(
            "waits for its turn under array.parallel", "依 array.parallel 排隊等候"),
        .reasonStarting: Bilingual(
            "the node fetches the image and starts the container; this is free",
            "節點正在取得映像並啟動容器，此階段不收費"),
    ]
}
