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
        .availabilityDrainingDown: Bilingual("draining, down", "停止接單（離線）"),
        .endExited: Bilingual("the program ended with code {code}", "程式結束，結束碼 {code}"),
        .endOutOfMemory: Bilingual("killed: it needed more memory than its limit", "已終止：記憶體用量超過上限"),
        .endOverran: Bilingual(
            "stopped: limits.max_duration was reached", "已停止：達到 limits.max_duration"),
        .endBudget: Bilingual("stopped: the budget was used up", "已停止：預算用完"),
        .endStopped: Bilingual(
            "stopped by the renter, with its gang, or as too much is unsigned or unpaid",
            "已由租用者停止、隨同組停止，或因未簽署、未付款過多而停止"),
        .endStartFailed: Bilingual("could not start ({code})", "無法啟動（{code}）"),
        .startImageMissing: Bilingual(
            "the market's store does not have the image", "市場的儲存空間沒有這個映像"),
        .startImageInvalid: Bilingual(
            "the image is not what its digest says, or no image", "映像與摘要不符，或不是映像檔"),
        .startImagePull: Bilingual(
            "the registry did not give the image: check host, path and digest",
            "登錄庫未提供映像：請檢查主機、路徑與摘要"),
        .startImageRefused: Bilingual(
            "the node does not pull from that registry: take another, or upload an OCI archive",
            "節點不從該登錄庫下載：請改用其他登錄庫或上傳 OCI 封存檔"),
        .startImageTooLarge: Bilingual(
            "the image is larger than the node takes: make it smaller, or take another node",
            "映像超過節點上限：請縮小映像或改用其他節點"),
        .startImageAbove: Bilingual(
            "the image is larger than the {limit} that the node takes: make it smaller, or take "
                + "another node",
            "映像超過節點上限 {limit}：請縮小映像或改用其他節點"),
        .startImageOf: Bilingual(
            "the image has {size}, which is larger than the {limit} that the node takes: make it "
                + "smaller, or take another node",
            "映像為 {size}，超過節點上限 {limit}：請縮小映像或改用其他節點"),
        .startInput: Bilingual(
            "an input is missing, damaged or larger than resources.disk",
            "輸入遺失、毀損或大於 resources.disk"),
        .startContainer: Bilingual(
            "the container did not start: check run and the image", "容器無法啟動：請檢查 run 與映像"),
        .startIsolation: Bilingual(
            "the node could not confine the container; nothing of it ran: take another node",
            "節點無法隔離容器，工作完全未執行：請改用其他節點"),
        .startDiskFull: Bilingual(
            "the node's disk is full, nothing of the job ran: run it again, on another node",
            "節點磁碟已滿，工作完全未執行：請在其他節點重新執行"),
        .startNetwork: Bilingual(
            "the node could not give the container its network; nothing of it ran: take another node",
            "節點無法提供容器網路，工作完全未執行：請改用其他節點"),
        .startNode: Bilingual("the node itself failed", "節點本身發生錯誤"),
        .startTimeout: Bilingual("the node took too long", "節點啟動逾時"),
        .startDeadline: Bilingual(
            "it had no place in time for its schedule: submit it again with a later schedule.start_by "
                + "or finish_by, or with needs that more offers meet",
            "未能在 schedule 的期限內取得位置：請放寬 schedule.start_by 或 finish_by，或降低需求後重新提交"),
        .endDevice: Bilingual("a device failed under it: {why}", "裝置在執行中失效：{why}"),
        .endYielded: Bilingual(
            "the machine's owner needed it ({why})", "機器的擁有者需要使用（{why}）"),
        .endPreempted: Bilingual(
            "an on-demand order took its place", "隨需訂單取代了它的位置"),
        .placePreempted: Bilingual("an on-demand order takes its place", "隨需訂單取代它的位置"),
        .ownerSchedule: Bilingual("outside of its hours", "不在出租時段"),
        .ownerGPU: Bilingual("its owner uses the GPU", "擁有者正在使用 GPU"),
        .ownerDesktop: Bilingual("its owner sits at it", "擁有者正在使用電腦"),
        .ownerPaused: Bilingual("paused", "已暫停"),
        .machineFull: Bilingual("its disk is full", "磁碟已滿"),
        .ownerDrained: Bilingual("draining", "停止接單"),
        .closedNow: Bilingual("closed: {why}", "未開放：{why}"),
        .closedUntil: Bilingual("{what}, until {time}", "{what}，至 {time}"),
        .closedBy: Bilingual("{what}, gone by {time}", "{what}，於 {time} 前清空"),
        .deviceGone: Bilingual("it fell off the bus", "裝置已從匯流排脫離"),
        .deviceSilent: Bilingual("it stopped answering", "裝置失去回應"),
        .deviceWithoutCDI: Bilingual(
            "no CDI specification names it: run nvidia-ctk cdi generate --output=/etc/cdi/nvidia.yaml",
            "沒有 CDI 規格列出它：請執行 nvidia-ctk cdi generate --output=/etc/cdi/nvidia.yaml"),
        .deviceInUse: Bilingual("something else uses it", "另有程式正在使用"),
        .deviceWithWrongCDI: Bilingual(
            "its CDI specification gives another GPU: generate it anew",
            "它的 CDI 規格指向另一個 GPU：請重新產生"),
        .deviceDuplicate: Bilingual(
            "another node has claimed it before", "另一個節點已先宣告此裝置"),
        .nodeDuplicate: Bilingual(
            "{node} and {other} both claim {device}: one of them lies, or a key is on two machines",
            "{node} 與 {other} 都宣告擁有 {device}：其中一方不實，或同一把金鑰在兩台機器上"),
        .deviceScrubbing: Bilingual(
            "it is being wiped for the next lease", "正在為下一個租約清除內容"),
        .deviceUnscrubbed: Bilingual(
            "its node has not shown that it is wiped since its last lease",
            "節點尚未證明它在上一個租約之後已清除"),
        .deviceQuarantined: Bilingual(
            "in quarantine: {why}; its owner looks at it, then starts the node once with "
                + "--clear-quarantine",
            "隔離中：{why}；擁有者檢查後，以 --clear-quarantine 啟動節點一次"),
        .scrubContextsLeft: Bilingual("a process stayed on it", "仍有程式停留在裝置上"),
        .scrubMemoryDirty: Bilingual(
            "its memory did not hold what was written over it", "記憶體未保留覆寫的內容"),
        .scrubMemoryShort: Bilingual(
            "too little of its memory could be wiped", "可清除的記憶體過少"),
        .scrubFailed: Bilingual("CUDA failed while it was wiped", "清除時 CUDA 發生錯誤"),
        .scrubWithoutCUDA: Bilingual(
            "CUDA's driver library is missing (libcuda.so.1), so it cannot be wiped",
            "缺少 CUDA 驅動程式庫（libcuda.so.1），無法清除"),
        .scrubTimeout: Bilingual("wiping it took too long", "清除逾時"),
        .deviceThrottled: Bilingual(
            "its hardware slows it down (heat or power)", "硬體因過熱或供電而降速"),
        .startDevice: Bilingual(
            "its GPU did not come into the container", "GPU 未進入容器"),
        .deviceXid: Bilingual(
            "the driver reports Xid {number}", "驅動程式回報 Xid {number}"),
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
